-- query: evidence_accounts
-- parameters: periods, metric, account, most
-- means: The accounts behind a metric, one or all, with what each adds above and below the line, and
--        the uploaded file and line it came from.
with spans as (
    select
        period,
        case $metric
            when 'churn_annual' then (ends_on + 1 - interval 12 month)::date else starts_on
        end as first_on,
        ends_on
    from as_of.periods
)
select
    p.period,
    a.account_id,
    a.account_name,
    d.region,
    d.account_manager,
    a.expert_manager,
    d.tier,
    a.status,
    a.customer_since,
    a.lost_on,
    case
        when $metric in ('key_churn', 'churn_annual')
            then coalesce(a.lost_on between p.first_on and p.ends_on, false)::integer
        else (a.account_manager is not null and a.expert_manager is not null)::integer
    end as numerator,
    1 as denominator,
    s.file_name,
    a.line_no,
    a.snapshot_id
from scoped.accounts a
cross join spans p
join scoped.tiered_account_periods d using (period, account_id)
left join scoped.top_accounts top
    on $metric = 'dual_manager_coverage' and top.period = p.period
    and top.account_id = a.account_id
left join meta.snapshots s using (snapshot_id)
where is_tier_in_scope(d.tier)
    and ($account is null or a.account_id = $account)
    and case $metric
        when 'key_churn' then d.is_key
        when 'churn_annual' then is_active(a.status, a.customer_since, a.lost_on, p.first_on)
        else top.account_id is not null
    end
order by 1, numerator desc, a.account_id
limit $most
