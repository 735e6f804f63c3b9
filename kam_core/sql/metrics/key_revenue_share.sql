-- metric: key_revenue_share
-- order:  20
-- topic:  revenue
-- zh:     重点客户销售占比
-- en:     Key-account share of revenue
-- also:   核心客户贡献
-- kind:   ratio
-- unit:   percent
-- parts:  money
-- share:  of one whole
-- better: higher
-- target: 0.78
-- target-least: 0
-- target-most: 1
-- grain:  period x account_id x case
-- interval: none
-- needs:  orders, tiers
-- dated:  orders
-- dimensions: region, account_manager, industry, account_id
-- evidence: orders
-- means-zh: 期内销售额中，来自期初属于重点客户层级的客户的占比。
-- means-en: Share of the period's revenue that comes from accounts in a key tier at the start
--           of the period.
-- not-zh: 期内才升入重点客户层级的客户，其订单不计入分子。不能按层级拆分或筛选：单看一个层级，不是全部就是没有。退货使占比高于 100% 或低于 0 时照实显示，但不作判断。
-- not-en: Orders of accounts that became key during the period are not in the numerator. It is
--         neither split nor filtered by tier: of one tier alone it is all or nothing. Where
--         returns push the share above 100 % or below 0 it is shown as it is and not judged.
select
    p.period,
    o.account_id,
    o.order_id,
    case when t.is_key then o.amount else 0 end as numerator,
    o.amount as denominator
from scoped.orders o
join as_of.period_months p on p.month = month_of(o.ordered_on)
left join as_of.period_tiers t on t.period = p.period and t.account_id = o.account_id
-- beside: without_rate
select p.period, o.account_id, o.order_id
from scoped.orders o
join as_of.period_months p on p.month = month_of(o.ordered_on)
where o.amount is null
