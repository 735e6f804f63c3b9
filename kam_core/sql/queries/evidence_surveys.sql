-- query: evidence_surveys
-- parameters: periods, metric, account, most
-- means: The survey answers behind a metric, of one account or all, with what each adds above and
--        below the line, and the uploaded file and line it came from.
select
    p.period,
    v.account_id,
    a.account_name,
    d.region,
    d.account_manager,
    d.tier,
    v.survey_id,
    v.surveyed_on,
    v.score,
    v.personalised_enough,
    v.effective,
    v.respondent_level,
    case $metric
        when 'satisfaction' then v.score
        when 'feels_personalised' then v.personalised_enough::integer
        when 'feels_effective' then v.effective::integer
    end as numerator,
    1 as denominator,
    s.file_name,
    v.line_no,
    v.snapshot_id
from scoped.surveys v
join as_of.periods p on v.surveyed_on between p.starts_on and p.ends_on
join scoped.tiered_account_periods d using (period, account_id)
join scoped.accounts a using (account_id)
left join meta.snapshots s on s.snapshot_id = v.snapshot_id
where is_tier_in_scope(d.tier)
    and ($account is null or v.account_id = $account)
    and case $metric
        when 'feels_personalised' then v.personalised_enough is not null
        when 'feels_effective' then v.effective is not null
        else v.score is not null
    end
order by p.period, v.surveyed_on, v.survey_id
limit $most
