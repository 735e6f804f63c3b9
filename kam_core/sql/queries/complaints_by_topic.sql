-- query: complaints_by_topic
-- parameters: periods
-- means: Complaints opened in each period by topic, beside those of the same period a year before,
--        or of its same days while it is open; the topic that grew most first. A topic not given is
--        null.
with months as (
    select period, month, true as is_current
    from as_of.period_months
    union all
    select period, (month - interval 12 month)::date, false
    from as_of.period_months
),
counted as (
    select
        m.period,
        t.topic,
        count(*) filter (where m.is_current) as complaints,
        count(*) filter (where not m.is_current) as complaints_before
    from scoped.tickets t
    join months m on m.month = month_of(t.opened_at)
    join scoped.tiered_account_periods a using (period, account_id)
    where t.kind = 'complaint'
        and is_tier_in_scope(a.tier)
        and (m.is_current or is_told(t.opened_at + interval 12 month, 'tickets'))
    group by all
)
select
    period,
    topic,
    complaints,
    complaints_before,
    complaints - complaints_before as increase,
    complaints / nullif(sum(complaints) over (partition by period), 0) as share
from counted
order by period, increase desc, complaints desc, topic
