-- metric: lost_projects_share
-- order:  80
-- topic:  value
-- zh:     丢单金额占比
-- en:     Lost projects against revenue
-- kind:   ratio
-- unit:   percent
-- parts:  money
-- better: lower
-- target-least: 0
-- target-most: 3
-- grain:  period x account_id
-- interval: none
-- needs:  opportunities, opportunities.outcome, opportunities.closed_on,
--         opportunities.amount, orders
-- dated:  opportunities, orders
-- dimensions: region, tier, account_manager, industry, account_id
-- evidence: opportunities
-- means-zh: 期内且截至截止日丢单的商机金额与期内销售额之比。
-- means-en: Amounts of the opportunities lost in the period and by the as-of date, divided by
--           the revenue of the period.
-- not-zh: 仍在进行的商机；没有关闭日期的丢单商机。丢单金额不是销售额的一部分，比值可以大于 1。
-- not-en: Open opportunities; lost ones without a closing date. What was lost is no part of
--         the revenue: the ratio can exceed 1.
with amounts as (
    select month_of(closed_on) as month, account_id, amount as lost, 0 as sold
    from scoped.opportunities
    where outcome = 'lost' and is_told(closed_on, 'orders')
    union all
    select month_of(ordered_on), account_id, 0, amount
    from scoped.orders
    where is_told(ordered_on, 'opportunities')
)
select
    p.period,
    a.account_id,
    add_told(sum(a.lost), count(*) - count(a.lost)) as numerator,
    sum(a.sold) as denominator
from amounts a
join as_of.period_months p using (month)
group by all
-- rows: the opportunities lost; the revenue they are compared with is in the orders
select
    p.period,
    o.account_id,
    o.opportunity_id,
    o.amount as numerator,
    null::integer as denominator
from scoped.opportunities o
join as_of.period_months p on p.month = month_of(o.closed_on)
where o.outcome = 'lost' and is_told(o.closed_on, 'orders')
-- beside: without_amount
select p.period, o.account_id, o.opportunity_id
from scoped.opportunities o
join as_of.period_months p on p.month = month_of(o.closed_on)
where o.outcome = 'lost' and o.amount is null and is_told(o.closed_on, 'orders')
-- beside: without_rate
select p.period, o.account_id, o.order_id
from scoped.orders o
join as_of.period_months p on p.month = month_of(o.ordered_on)
where o.amount is null and is_told(o.ordered_on, 'opportunities')
