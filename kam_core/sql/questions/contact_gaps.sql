-- question: contact_gaps
-- parameters: periods
-- means: The accounts behind contact_coverage, and their completed interactions with each level in
--        the six months that end with a period; the largest account that lacks a level first.
with months as (
    select
        period,
        unnest(
            generate_series(month_of(ends_on - interval 5 month), ends_on, interval 1 month)
        )::date as month
    from as_of.periods
),
met as (
    select
        m.period,
        i.account_id,
        count(*) filter (where i.contact_level = 'executive') as executive,
        count(*) filter (where i.contact_level = 'management') as management,
        count(*) filter (where i.contact_level = 'working') as working,
        count(distinct i.contact_level) as levels
    from scoped.interactions i
    join months m on m.month = month_of(i.occurred_at)
    where i.status = 'completed'
    group by all
)
select
    a.period,
    a.account_id,
    a.account_name,
    a.region,
    p.tier,
    p.is_key,
    a.account_manager,
    coalesce(r.revenue, 0) as revenue_12m,
    coalesce(m.executive, 0) as executive,
    coalesce(m.management, 0) as management,
    coalesce(m.working, 0) as working,
    coalesce(m.levels, 0) as levels_met
from scoped.active_accounts a
join scoped.tiered_account_periods p using (period, account_id)
left join met m using (period, account_id)
left join scoped.trailing_revenue r using (period, account_id)
where is_tier_in_scope(p.tier)
order by a.period, levels_met = 3, revenue_12m desc, a.account_id
