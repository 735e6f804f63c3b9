-- metric: match_rate_hours
-- order:  52
-- topic:  needs
-- zh:     按工时计的匹配率
-- en:     Match rate by hours
-- kind:   ratio
-- unit:   percent
-- parts:  hours
-- better: higher
-- target-least: 0
-- target-most: 1
-- grain:  period x account_id x case
-- interval: none
-- needs:  interactions, needs, interactions.need_id, interactions.duration_hours
-- dated:  interactions, needs
-- dimensions: region, tier, account_manager, industry, account_id
-- evidence: interactions
-- means-zh: 期内已完成的维护互动的工时中，用于对应客户需求的互动的占比。
-- means-en: Share of the hours of completed maintenance interactions spent on those that name
--           an open need.
-- not-zh: 没有填写时长的互动；客户邀请和问候。
-- not-en: Interactions without a duration; customer invitations and greetings.
select
    p.period,
    m.account_id,
    m.interaction_id,
    case when m.is_matched then m.duration_hours else 0 end as numerator,
    m.duration_hours as denominator
from scoped.maintenance m
join as_of.period_months p on p.month = month_of(m.occurred_at)
where m.duration_hours is not null and m.is_matched is not null
