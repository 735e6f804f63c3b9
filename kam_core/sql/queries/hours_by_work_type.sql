-- query: hours_by_work_type
-- parameters: periods
-- means: Hours of completed maintenance by period and work type (unknown where none is given) with
--        their share; the shares of a period add up to one whole.
with typed as (
    select
        p.period,
        coalesce(m.work_type, 'unknown') as work_type,
        count(*) as interactions,
        sum(m.duration_hours) as hours
    from scoped.maintenance m
    join as_of.period_months p on p.month = month_of(m.occurred_at)
    join scoped.tiered_account_periods a using (period, account_id)
    where m.duration_hours is not null and is_tier_in_scope(a.tier)
    group by all
)
select
    period,
    work_type,
    interactions,
    hours,
    hours / nullif(sum(hours) over (partition by period), 0) as share
from typed
order by period, hours desc, work_type
