-- metric: complaints_yoy
-- order:  66
-- topic:  service
-- zh:     投诉同比
-- en:     Complaints vs last year
-- also:   complaints on the year
-- kind:   change
-- unit:   percent
-- better: lower
-- target: 0
-- target-least: -1
-- target-most: 3
-- grain:  period x account_id x case
-- looks-back: 12 months
-- interval: none
-- needs:  tickets
-- dated:  tickets
-- dimensions: region, tier, account_manager, industry, account_id
-- evidence: tickets
-- means-zh: 期内投诉件数与上年同期件数之比减 1。分子为本期，分母为上年同期；数据尚未覆盖到期末时，只与上年的相同日期相比。
-- means-en: Complaints of the period divided by those of the same period last year, minus 1.
--           Numerator: this period; denominator: last year's. A period that the data does not
--           cover to its end is compared with the same days of last year.
-- not-zh: 技术支持服务单。上年同期没有投诉的，没有基数，不给出数值。
-- not-en: Support tickets. Where there was no complaint in the same period of last year there
--         is no base and no value.
with months as (
    select period, month, true as is_current
    from as_of.period_months
    union all
    select period, (month - interval 12 month)::date, false
    from as_of.period_months
)
select
    m.period,
    t.account_id,
    t.ticket_id,
    m.is_current::integer as numerator,
    (not m.is_current)::integer as denominator
from scoped.tickets t
join months m on m.month = month_of(t.opened_at)
where t.kind = 'complaint'
    and (m.is_current or is_told(t.opened_at + interval 12 month, 'tickets'))
