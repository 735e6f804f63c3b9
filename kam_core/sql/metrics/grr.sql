-- metric: grr
-- order:  76
-- topic:  value
-- zh:     总收入留存率
-- en:     Gross revenue retention
-- kind:   ratio
-- unit:   percent
-- parts:  money
-- better: higher
-- target-least: 0
-- target-most: 1
-- grain:  period x account_id
-- looks-back: 24 months
-- reads: day
-- interval: none
-- needs:  orders
-- dated:  orders
-- dimensions: region, account_manager, industry, account_id
-- evidence: orders
-- means-zh: 与净收入留存率相同，但每个客户最多按此前十二个月的销售额计、最少按零计：只看守住了多少，增购不计。
-- means-en: As net revenue retention, but each account counts for at most what it bought in the
--           twelve months before, and at least for nothing: what was kept, without what was
--           gained.
-- not-zh: 此前十二个月没有销售额的客户（含新客户）。数据不足二十四个月时不给出数值。不能按层级拆分或筛选：期初之前流失的客户期初已没有层级。
-- not-en: Accounts without positive revenue in those twelve months before, new ones included.
--         Where the data does not reach twenty-four months back there is no value. It is
--         neither split nor filtered by tier: an account lost before the period has no tier at
--         its start.
select
    period,
    account_id,
    case
        when revenue is not null then least(greatest(revenue, 0), revenue_before)
    end as numerator,
    revenue_before as denominator
from scoped.trailing_revenue
where revenue_before > 0
-- rows: the orders of both years; what an account buys more does not count, which no row can say
select
    period,
    account_id,
    order_id,
    null as numerator,
    case when is_current then 0 else amount end as denominator
from scoped.trailing_orders
where revenue_before > 0
-- beside: without_rate
select p.period, o.account_id, o.order_id
from as_of.reading_days('orders') p
join scoped.orders o
    on o.ordered_on between (p.read_on + 1 - interval 24 month)::date and p.read_on
where o.amount is null
