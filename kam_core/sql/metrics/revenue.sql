-- metric: revenue
-- order:  10
-- topic:  revenue
-- zh:     销售额
-- en:     Revenue
-- kind:   sum
-- unit:   money
-- better: higher
-- target-least: 0
-- grain:  period x account_id x case
-- interval: none
-- needs:  orders
-- dated:  orders
-- dimensions: region, tier, account_manager, industry, account_id
-- evidence: orders
-- means-zh: 期内下单的订单金额合计，退货以负数计入。
-- means-en: Sum of the amounts of orders placed in the period; returns count as negative amounts.
-- not-zh: 合同额、商机金额以及截止日之后的订单。
-- not-en: Contract values, opportunities, and orders placed after the as-of date.
select
    p.period,
    o.account_id,
    o.order_id,
    o.ordered_on as happened_on,
    o.amount as numerator
from scoped.orders o
join as_of.period_months p on p.month = month_of(o.ordered_on)
-- beside: without_rate
select p.period, o.account_id, o.order_id
from scoped.orders o
join as_of.period_months p on p.month = month_of(o.ordered_on)
where o.amount is null
