-- metric: complaints
-- order:  65
-- topic:  service
-- zh:     投诉数量
-- en:     Complaints
-- also:   投诉
-- kind:   sum
-- unit:   count
-- better: lower
-- target-least: 0
-- grain:  period x account_id x case
-- interval: none
-- needs:  tickets
-- dated:  tickets
-- dimensions: region, tier, account_manager, industry, account_id
-- evidence: tickets
-- means-zh: 期内开单的投诉件数。
-- means-en: Complaints opened in the period.
-- not-zh: 技术支持服务单；截止日之后的投诉。
-- not-en: Support tickets; complaints after the as-of date.
select
    p.period,
    t.account_id,
    t.ticket_id,
    t.opened_at::date as happened_on,
    1 as numerator
from scoped.tickets t
join as_of.period_months p on p.month = month_of(t.opened_at)
where t.kind = 'complaint'
