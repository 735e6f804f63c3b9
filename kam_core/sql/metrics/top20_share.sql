-- metric: top20_share
-- order:  22
-- topic:  revenue
-- zh:     头部客户占比
-- en:     Top accounts' share of revenue
-- also:   前20大客户占比; top 20 share
-- kind:   ratio
-- unit:   percent
-- parts:  money
-- share:  of one whole
-- better: lower
-- target-least: 0
-- target-most: 1
-- grain:  period x account_id x case
-- interval: none
-- needs:  orders
-- dated:  orders
-- dimensions: region, tier, account_manager, industry, account_id
-- evidence: orders
-- means-zh: 期内销售额中，来自全公司当期销售额最高的若干客户（默认前 20 名）的占比。名次始终按全公司排定，只看某个区域时也是如此。
-- means-en: Share of the period's revenue that comes from the accounts of the whole company that
--           bought most in it (the first 20 by default). Who ranks is told by the whole company,
--           also where one region is shown.
-- not-zh: 当期销售额不为正的客户不参与排名；名次并列时按客户编号先后。指标本身没有好坏方向，设有目标时以不超过目标为达成。退货使占比高于 100% 或低于 0 时照实显示，但不作判断。
-- not-en: Accounts without positive revenue do not rank; a tie is decided by the account ID.
--         The share is neither good nor bad in itself: a target set for it is read as a
--         ceiling. Where returns push it above 100 % it is shown as it is and not judged.
select
    p.period,
    o.account_id,
    o.order_id,
    case when t.account_id is not null or o.amount is null then o.amount else 0 end as numerator,
    o.amount as denominator
from scoped.orders o
join as_of.period_months p on p.month = month_of(o.ordered_on)
left join scoped.top_sellers t on t.period = p.period and t.account_id = o.account_id
-- beside: without_rate
select p.period, o.account_id, o.order_id
from scoped.orders o
join as_of.period_months p on p.month = month_of(o.ordered_on)
where o.amount is null
