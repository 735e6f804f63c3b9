-- metric: legacy_share
-- order:  92
-- topic:  resources
-- zh:     历史遗留工时占比
-- en:     Legacy share of hours
-- kind:   ratio
-- unit:   percent
-- parts:  hours
-- better: lower
-- grain:  period x account_id
-- interval: none
-- needs:  interactions, interactions.duration_hours, interactions.work_type
-- dated:  interactions
-- dimensions: region, tier, account_manager, industry, account_id
-- evidence: evidence_interactions
-- means-zh: 期内已完成维护互动的工时中，用于处理历史遗留问题的占比。
-- means-en: Share of the hours of completed maintenance interactions spent on legacy issues.
-- not-zh: 客户邀请；没有填写时长的互动。没有填写工作类型的工时计入分母。
-- not-en: Customer invitations; interactions without a duration. Hours without a work type are
--         in the denominator.
select
    p.period,
    m.account_id,
    coalesce(sum(m.duration_hours) filter (where m.work_type = 'legacy_issue'), 0) as numerator,
    coalesce(sum(m.duration_hours), 0) as denominator
from scoped.maintenance m
join as_of.period_months p on p.month = month_of(m.occurred_at)
group by all
