-- metric: hhi
-- order:  23
-- topic:  revenue
-- zh:     集中度指数
-- en:     Concentration index
-- kind:   concentration
-- unit:   index
-- better: lower
-- target-least: 0
-- target-most: 1
-- grain:  period x account_id x case
-- interval: none
-- needs:  orders
-- dated:  orders
-- dimensions: region, tier, account_manager, industry
-- evidence: orders
-- means-zh: 赫芬达尔指数：所选范围内各客户当期销售额占比的平方和，介于 0 与 1 之间；1 表示全部销售额来自一个客户。分子为各客户销售额的平方和，分母为销售额合计的平方。
-- means-en: Herfindahl index: the sum of the squared shares of revenue of the accounts looked
--           at, between 0 and 1, where 1 means that one account brings everything. Numerator:
--           the sum of squared revenues; denominator: the square of their sum.
-- not-zh: 当期销售额不为正的客户。各区域的指数不能相加或平均。指标本身没有好坏方向，设有目标时以不超过目标为达成。
-- not-en: Accounts without positive revenue in the period. The indices of regions never add up
--         or average to that of the whole. It is neither good nor bad in itself: a target set
--         for it is read as a ceiling.
select
    p.period,
    o.account_id,
    o.order_id,
    o.amount as numerator
from scoped.orders o
join as_of.period_months p on p.month = month_of(o.ordered_on)
-- beside: without_rate
select p.period, o.account_id, o.order_id
from scoped.orders o
join as_of.period_months p on p.month = month_of(o.ordered_on)
where o.amount is null
