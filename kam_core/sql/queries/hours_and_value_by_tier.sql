-- query: hours_and_value_by_tier
-- parameters: periods
-- means: Where the time of a period goes and where its revenue comes from, by the tier at its start:
--        accounts with hours or revenue, both amounts, and the share of each in the whole. Both are
--        of the same days: up to the earlier of those up to which interactions and orders speak.
with known as (
    select least(day_of('interactions'), day_of('orders')) as until
),
spent as (
    select p.period, m.account_id, sum(m.duration_hours) as hours
    from scoped.maintenance m
    join as_of.period_months p on p.month = month_of(m.occurred_at)
    where m.duration_hours is not null and m.occurred_at::date <= (select until from known)
    group by all
),
sold as (
    select p.period, o.account_id, sum(o.amount) as revenue
    from scoped.orders o
    join as_of.period_months p on p.month = month_of(o.ordered_on)
    where o.ordered_on <= (select until from known)
    group by all
),
tiers as (
    select
        a.period,
        a.tier,
        a.is_key,
        count(*) as accounts,
        coalesce(sum(s.hours), 0) as hours,
        coalesce(sum(r.revenue), 0) as period_revenue
    from scoped.tiered_account_periods a
    left join spent s using (period, account_id)
    left join sold r using (period, account_id)
    where (s.hours is not null or r.revenue is not null) and is_tier_in_scope(a.tier)
    group by all
)
select
    *,
    hours / nullif(sum(hours) over (partition by period), 0) as hours_share,
    period_revenue / nullif(sum(period_revenue) over (partition by period), 0) as revenue_share
from tiers
order by period, period_revenue desc, hours desc, tier
