-- query: contact_gaps
-- parameters: periods
-- means: The accounts behind contact_coverage, and their completed interactions with each level in
--        the six months up to the day a state is read; the largest account that lacks a level first.
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
from scoped.active_accounts('interactions') a
join scoped.tiered_account_periods p using (period, account_id)
left join scoped.levels_met m using (period, account_id)
left join scoped.trailing_revenue r using (period, account_id)
where is_tier_in_scope(p.tier)
order by a.period, levels_met = 3, revenue_12m desc, a.account_id
