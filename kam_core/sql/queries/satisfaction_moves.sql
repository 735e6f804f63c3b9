-- query: satisfaction_moves
-- parameters: periods
-- means: Accounts that answered more than once in the twelve months that end with a period (or with
--        the as-of day, if that is earlier): first and last score, the largest change first.
with spans as (
    select
        period,
        least(ends_on, day_of('surveys')) as until,
        (least(ends_on, day_of('surveys')) + 1 - interval 12 month)::date as since
    from as_of.periods
),
answers as (
    select
        p.period,
        s.account_id,
        count(*) as answers,
        first(s.surveyed_on order by s.surveyed_on, s.survey_id) as first_on,
        first(s.score order by s.surveyed_on, s.survey_id) as first_score,
        last(s.surveyed_on order by s.surveyed_on, s.survey_id) as last_on,
        last(s.score order by s.surveyed_on, s.survey_id) as last_score
    from scoped.surveys s
    join spans p on s.surveyed_on between p.since and p.until
    where s.score is not null
    group by all
    having count(*) > 1
)
select
    s.period,
    s.account_id,
    a.account_name,
    a.region,
    a.tier,
    a.account_manager,
    a.expert_manager,
    are_two_people(a.account_manager, a.expert_manager) as has_both_managers,
    s.answers,
    s.first_on,
    s.first_score,
    s.last_on,
    s.last_score,
    s.last_score - s.first_score as score_change
from answers s
join scoped.shown_accounts a using (account_id)
order by s.period, abs(s.last_score - s.first_score) desc, s.account_id
