-- query: wallets
-- parameters: periods
-- means: Accounts active on the day the period is read whose purchase budget is known: what they buy
--        of us in twelve months, and what they buy elsewhere, most of that first.
select
    a.period,
    a.account_id,
    a.account_name,
    a.region,
    a.account_manager,
    d.tier,
    a.annual_purchase_budget,
    coalesce(r.revenue, 0) as revenue_12m,
    coalesce(r.revenue, 0) / a.annual_purchase_budget as share,
    a.annual_purchase_budget - coalesce(r.revenue, 0) as elsewhere
from scoped.active_accounts('orders') a
join scoped.tiered_account_periods d using (period, account_id)
left join scoped.trailing_revenue r using (period, account_id)
where a.annual_purchase_budget > 0 and is_tier_in_scope(d.tier)
order by a.period, elsewhere desc, a.account_id
