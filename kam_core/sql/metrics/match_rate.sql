-- metric: match_rate
-- order:  50
-- topic:  needs
-- zh:     需求匹配率
-- en:     Match rate
-- also:   匹配率
-- kind:   ratio
-- unit:   percent
-- better: higher
-- target: 0.75
-- target-least: 0
-- target-most: 1
-- grain:  period x account_id x case
-- interval: wilson
-- needs:  interactions, needs, interactions.need_id
-- dated:  interactions, needs
-- dimensions: region, tier, account_manager, industry, account_id
-- evidence: interactions
-- means-zh: 期内已完成的维护互动中，对应了该客户当时已提出且尚未解决的需求的占比。
-- means-en: Share of completed maintenance interactions that name a need of the same account,
--           raised by then and not yet resolved.
-- not-zh: 客户邀请和问候；计划中、未执行和已取消的互动。填了其他客户需求编号的互动计为未匹配。只有日期没有时刻的，按日比较：需求提出或解决当天的互动都算匹配。
-- not-en: Customer invitations and greetings; planned, missed and cancelled interactions. An
--         interaction that names another account's need counts as unmatched. Where a moment is only
--         a day, days are compared: an interaction on the day its need is raised or resolved
--         matches it.
select
    p.period,
    m.account_id,
    m.interaction_id,
    m.is_matched::integer as numerator,
    1 as denominator
from scoped.maintenance m
join as_of.period_months p on p.month = month_of(m.occurred_at)
where m.is_matched is not null
