-- metric: legacy_share
-- order:  92
-- topic:  resources
-- zh:     历史遗留工时占比
-- en:     Legacy share of hours
-- also:   legacy share
-- kind:   ratio
-- unit:   percent
-- parts:  hours
-- better: lower
-- target-least: 0
-- target-most: 1
-- grain:  period x account_id x case
-- interval: none
-- needs:  interactions, interactions.duration_hours, interactions.work_type
-- dated:  interactions
-- dimensions: region, tier, account_manager, industry, account_id
-- evidence: interactions
-- means-zh: 期内已完成维护互动的工时中，用于处理历史遗留问题的占比。
-- means-en: Share of the hours of completed maintenance interactions spent on legacy issues.
-- not-zh: 客户邀请和问候；没有填写时长的互动。没有填写工作类型的工时计入分母（另外列出，可能改变 0 时不给出数值）。
-- not-en: Customer invitations and greetings; interactions without a duration. Hours without a work
--         type are in the denominator (told beside the figure, which is then never 0).
select
    p.period,
    m.account_id,
    m.interaction_id,
    case
        when m.work_type = 'legacy_issue' then m.duration_hours
        when m.work_type is not null then 0
    end as numerator,
    m.duration_hours as denominator
from scoped.maintenance m
join as_of.period_months p on p.month = month_of(m.occurred_at)
where m.duration_hours is not null
-- beside: without_work_type
select p.period, m.account_id, m.interaction_id
from scoped.maintenance m
join as_of.period_months p on p.month = month_of(m.occurred_at)
where m.duration_hours is not null and m.work_type is null
