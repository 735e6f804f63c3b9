-- metric: key_profit_share
-- order:  21
-- topic:  revenue
-- zh:     重点客户利润占比
-- en:     Key-account share of profit
-- also:   核心客户利润贡献
-- kind:   ratio
-- unit:   percent
-- parts:  money
-- share:  of one whole
-- better: higher
-- target-least: 0
-- target-most: 1
-- grain:  period x account_id x case
-- interval: none
-- needs:  orders, orders.gross_profit, tiers
-- dated:  orders
-- dimensions: region, account_manager, industry, account_id
-- evidence: orders
-- means-zh: 期内有毛利记录的订单的毛利合计中，来自期初属于重点客户层级的客户的占比。
-- means-en: Share of the period's gross profit that comes from accounts in a key tier at the
--           start of the period.
-- not-zh: 没有填写毛利的订单；期内才升入重点客户层级的客户，其毛利不计入分子。毛利合计不为正时不给出数值。不能按层级拆分或筛选：单看一个层级，不是全部就是没有。退货使占比高于 100% 或低于 0 时照实显示，但不作判断。
-- not-en: Orders without a gross profit. Accounts that became key during the period are not in
--         the numerator. Where the gross profit adds up to nothing or less there is no value.
--         It is neither split nor filtered by tier: of one tier alone it is all or nothing.
--         Where losses push the share above 100 % or below 0 it is shown as it is and not judged.
select
    p.period,
    o.account_id,
    o.order_id,
    case when t.is_key then o.gross_profit else 0 end as numerator,
    o.gross_profit as denominator
from scoped.orders o
join as_of.period_months p on p.month = month_of(o.ordered_on)
left join as_of.period_tiers t on t.period = p.period and t.account_id = o.account_id
-- beside: without_profit
select p.period, o.account_id, o.order_id
from scoped.orders o
join as_of.period_months p on p.month = month_of(o.ordered_on)
where o.gross_profit is null
