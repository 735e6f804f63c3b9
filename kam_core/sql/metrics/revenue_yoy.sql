-- metric: revenue_yoy
-- order:  11
-- zh:     销售额同比
-- en:     Revenue growth on the year
-- kind:   change
-- unit:   percent
-- better: higher
-- grain:  period x account_id
-- interval: none
-- needs:  orders
-- dated:  orders
-- slices: region, tier, account_manager, industry, account_id
-- means-zh: 期内销售额与上年同期销售额之比减 1。分子为本期，分母为上年同期；期间未结束时，只与上年同期的相同天数比较。
-- means-en: Revenue of the period divided by that of the same period last year, minus 1.
--           Numerator: this period; denominator: last year's. A period that has not ended is
--           compared with the same days of last year.
-- not-zh: 上年同期不在订单数据范围内的期间（没有基数，不给出数值）。
-- not-en: Periods for which the orders data does not reach back to the same period of last
--         year.
with months as (
    select period, month, null::date as last_base_day, true as is_current
    from as_of.period_months
    union all
    select
        period,
        (month - interval 12 month)::date,
        case when ends_on > as_of() then (as_of() - interval 12 month)::date end,
        false
    from as_of.period_months
)
select
    m.period,
    o.account_id,
    coalesce(sum(o.amount) filter (where m.is_current), 0) as numerator,
    coalesce(sum(o.amount) filter (where not m.is_current), 0) as denominator
from scoped.orders o
join months m on m.month = month_of(o.ordered_on)
where m.last_base_day is null or o.ordered_on <= m.last_base_day
group by all
