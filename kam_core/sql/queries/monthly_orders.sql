-- query: monthly_orders
-- means: Revenue of each active account by month, for the months that the orders speak for in full;
--        the last of those stands beside it.
with known as (
    select month_of(covers_to + 1 - interval 1 month) as known_until
    from as_of.coverage
    where table_name = 'orders'
)
select
    a.account_id,
    a.account_name,
    a.region,
    a.account_manager,
    month_of(o.ordered_on) as month,
    k.known_until,
    sum(o.amount) as revenue
from scoped.shown_accounts a
join scoped.orders o using (account_id)
join known k on month_of(o.ordered_on) <= k.known_until
where is_active(a.status, a.customer_since, a.lost_on, a.absences, as_of())
group by all
order by a.account_id, month
