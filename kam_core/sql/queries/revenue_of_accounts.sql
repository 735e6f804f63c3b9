-- query: revenue_of_accounts
-- parameters: periods
-- means: Revenue and gross profit of each account in the periods asked for, largest first, with its
--        tier at the start of the period and whether it is among the top of the whole company.
select
    d.period,
    d.account_id,
    a.account_name,
    d.region,
    d.account_manager,
    d.tier,
    d.is_key,
    coalesce(t.place is not null, false) as is_top,
    sum(o.amount) as revenue,
    sum(o.gross_profit) as gross_profit
from scoped.tiered_account_periods d
join as_of.period_months p using (period)
join scoped.accounts a using (account_id)
join scoped.orders o on o.account_id = d.account_id and month_of(o.ordered_on) = p.month
left join scoped.top_sellers t on t.period = d.period and t.account_id = d.account_id
where is_tier_in_scope(d.tier)
group by all
order by d.period, revenue desc, d.account_id
