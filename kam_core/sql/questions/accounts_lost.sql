-- question: accounts_lost
-- parameters: periods
-- means: Accounts active on the first day of a period asked for and lost in it, with their tier on
--        that day and the revenue of the twelve months up to the loss, most revenue first.
with lost as (
    select d.period, d.account_id, a.account_name, d.region, d.account_manager, d.tier, d.is_key,
        a.lost_on
    from scoped.tiered_account_periods d
    join scoped.accounts a using (account_id)
    where a.lost_on between d.starts_on and d.ends_on
        and is_active(a.status, a.customer_since, a.lost_on, d.starts_on)
        and is_tier_in_scope(d.tier)
)
select l.*, coalesce(sum(o.amount), 0) as revenue_before
from lost l
left join scoped.orders o
    on o.account_id = l.account_id
    and o.ordered_on > l.lost_on - interval 12 month
    and o.ordered_on <= l.lost_on
group by all
order by l.period, revenue_before desc, l.account_id
