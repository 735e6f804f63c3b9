-- metric: share_of_wallet
-- order:  74
-- topic:  value
-- zh:     钱包份额
-- en:     Share of wallet
-- kind:   ratio
-- unit:   percent
-- parts:  money
-- better: higher
-- target-least: 0
-- target-most: 1
-- grain:  period x account_id
-- looks-back: 12 months
-- reads: day
-- interval: none
-- needs:  orders, accounts.annual_purchase_budget
-- dated:  orders
-- dimensions: region, tier, account_manager, industry, account_id
-- evidence: orders
-- means-zh: 统计日（期末，或未到期末时的截止日）处于合作状态且填有年度采购预算的客户，最近十二个月的销售额与其年度采购预算之比。
-- means-en: Revenue of the twelve months up to the day it is read (the end of the period, or the
--           as-of date before that) divided by the annual purchase budget, over accounts active
--           on that day that state a budget.
-- not-zh: 没有年度采购预算或预算为零的客户。数据不足十二个月时不给出数值。
-- not-en: Accounts without a purchase budget, or with one of zero. Where the data does not
--         reach twelve months back there is no value.
select
    a.period,
    a.account_id,
    case when r.account_id is null then 0 else r.revenue end as numerator,
    a.annual_purchase_budget as denominator
from scoped.active_accounts('orders') a
left join scoped.trailing_revenue r using (period, account_id)
where a.annual_purchase_budget > 0
-- rows: the orders of the twelve months; the budget is one amount of each account
select
    r.period,
    o.account_id,
    o.order_id,
    o.amount as numerator,
    null as denominator
from as_of.reading_days('orders') r
join scoped.active_accounts('orders') a using (period)
join scoped.orders o
    on o.account_id = a.account_id
    and o.ordered_on between (r.read_on + 1 - interval 12 month)::date and r.read_on
where a.annual_purchase_budget > 0
-- beside: without_rate
select r.period, o.account_id, o.order_id
from as_of.reading_days('orders') r
join scoped.active_accounts('orders') a using (period)
join scoped.orders o
    on o.account_id = a.account_id
    and o.ordered_on between (r.read_on + 1 - interval 12 month)::date and r.read_on
where a.annual_purchase_budget > 0 and o.amount is null
