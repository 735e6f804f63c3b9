-- query: manager_hours
-- parameters: periods
-- means: Hours of completed maintenance by owner and period, and per week of the period so far;
--        interactions without an owner or a duration are left out, as in hours_per_manager_week.
with weeks as (
    select period, (least(ends_on, day_of('interactions')) - starts_on + 1) / 7 as weeks
    from as_of.periods
)
select
    p.period,
    m.owner,
    count(*) as interactions,
    count(distinct m.account_id) as accounts,
    sum(m.duration_hours) as hours,
    sum(m.duration_hours) / any_value(w.weeks) as hours_per_week
from scoped.maintenance m
join as_of.period_months p on p.month = month_of(m.occurred_at)
join scoped.tiered_account_periods a using (period, account_id)
join weeks w using (period)
where m.owner is not null and m.duration_hours is not null and is_tier_in_scope(a.tier)
group by p.period, m.owner
order by p.period, hours_per_week desc, m.owner
