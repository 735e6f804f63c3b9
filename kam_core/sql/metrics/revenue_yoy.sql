-- metric: revenue_yoy
-- order:  11
-- topic:  revenue
-- zh:     销售额同比
-- en:     Revenue growth vs last year
-- also:   同比; growth; revenue growth on the year
-- kind:   change
-- unit:   percent
-- parts:  money
-- better: higher
-- target: 0.15
-- target-least: -1
-- target-most: 3
-- grain:  period x account_id x case
-- looks-back: 12 months
-- interval: none
-- needs:  orders
-- dated:  orders
-- dimensions: region, tier, account_manager, industry, account_id
-- evidence: orders
-- means-zh: 期内销售额与上年同期销售额之比减 1。分子为本期，分母为上年同期；数据尚未覆盖到期末时，只与上年的相同日期相比。
-- means-en: Revenue of the period divided by that of the same period last year, minus 1.
--           Numerator: this period; denominator: last year's. A period that the data does not
--           cover to its end is compared with the same days of last year.
-- not-zh: 上年同期没有销售额的期间（没有基数，不给出数值）。
-- not-en: Periods without revenue in the same period of last year: there is no base.
with months as (
    select period, month, true as is_current
    from as_of.period_months
    union all
    select period, (month - interval 12 month)::date, false
    from as_of.period_months
)
select
    m.period,
    o.account_id,
    o.order_id,
    case when m.is_current then o.amount else 0 end as numerator,
    case when m.is_current then 0 else o.amount end as denominator
from scoped.orders o
join months m on m.month = month_of(o.ordered_on)
where m.is_current or is_told(o.ordered_on + interval 12 month, 'orders')
-- beside: without_rate
select p.period, o.account_id, o.order_id
from scoped.orders o
join as_of.period_months p
    on p.month = month_of(o.ordered_on)
    or (
        p.month - interval 12 month = month_of(o.ordered_on)
        and is_told(o.ordered_on + interval 12 month, 'orders')
    )
where o.amount is null
