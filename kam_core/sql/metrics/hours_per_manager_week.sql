-- metric: hours_per_manager_week
-- order:  90
-- topic:  resources
-- zh:     每经理每周维护工时
-- en:     Maintenance hours per manager and week
-- also:   hours per manager and week
-- kind:   per_head
-- unit:   hours
-- better: higher
-- target-least: 0
-- grain:  period x account_id x head x case
-- interval: none
-- needs:  interactions, interactions.owner, interactions.duration_hours
-- dated:  interactions
-- dimensions: region, tier, industry
-- evidence: interactions
-- means-zh: 期内已完成维护互动的工时合计，除以“跟进人人数 × 周数”；周数为期内已过天数除以 7。
-- means-en: Hours of the completed maintenance interactions of the period, divided by the number
--           of distinct owners times the weeks; weeks are the days of the period so far divided
--           by 7.
-- not-zh: 客户邀请和问候；没有填写跟进人或时长的互动。在两个区域都有互动的跟进人在两边各计一次，因此各区域的数值不能相加。
-- not-en: Customer invitations and greetings; interactions without an owner or a duration. An owner
--         with accounts in two regions counts in each, so regions never add up to the whole.
select
    p.period,
    m.account_id,
    m.interaction_id,
    m.owner as head,
    m.duration_hours as numerator
from scoped.maintenance m
join as_of.period_months p on p.month = month_of(m.occurred_at)
where m.owner is not null and m.duration_hours is not null
