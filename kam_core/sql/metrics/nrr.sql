-- metric: nrr
-- order:  75
-- topic:  value
-- zh:     净收入留存率
-- en:     Net revenue retention
-- kind:   ratio
-- unit:   percent
-- parts:  money
-- better: higher
-- target-least: 0
-- target-most: 3
-- grain:  period x account_id
-- looks-back: 24 months
-- reads: day
-- interval: none
-- needs:  orders
-- dated:  orders
-- dimensions: region, account_manager, industry, account_id
-- evidence: orders
-- means-zh: 此前十二个月有销售额的客户，截至统计日（期末，或未到期末时的截止日）最近十二个月的销售额与此前十二个月之比；增购计入，流失和下降扣减。
-- means-en: Revenue of the twelve months up to the day it is read (the end of the period, or the
--           as-of date before that) divided by that of the twelve months before, over the
--           accounts that had revenue then: what they buy more counts, what they buy less or no
--           longer is missing.
-- not-zh: 此前十二个月没有销售额的客户（含新客户）。数据不足二十四个月时不给出数值。不能按层级拆分或筛选：期初之前流失的客户期初已没有层级。
-- not-en: Accounts without positive revenue in those twelve months before, new ones included.
--         Where the data does not reach twenty-four months back there is no value. It is
--         neither split nor filtered by tier: an account lost before the period has no tier at
--         its start.
select
    period,
    account_id,
    revenue as numerator,
    revenue_before as denominator
from scoped.trailing_revenue
where revenue_before > 0
-- rows: the orders of both years; the figure takes the revenue that the day cache already has
select
    period,
    account_id,
    order_id,
    case when is_current then amount else 0 end as numerator,
    case when is_current then 0 else amount end as denominator
from scoped.trailing_orders
where revenue_before > 0
-- beside: without_rate
select p.period, o.account_id, o.order_id
from as_of.reading_days('orders') p
join scoped.orders o
    on o.ordered_on between (p.read_on + 1 - interval 24 month)::date and p.read_on
where o.amount is null
