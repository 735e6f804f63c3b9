-- metric: routine_share
-- order:  51
-- topic:  needs
-- zh:     例行互动占比
-- en:     Routine share
-- kind:   ratio
-- unit:   percent
-- better: lower
-- target-least: 0
-- target-most: 1
-- grain:  period x account_id x case
-- interval: wilson
-- needs:  interactions, needs, interactions.need_id
-- dated:  interactions, needs
-- dimensions: region, tier, account_manager, industry, account_id
-- evidence: interactions
-- means-zh: 期内已完成的维护互动中，没有对应客户需求的占比；恰好等于 1 减匹配率。
-- means-en: Share of completed maintenance interactions that answer no need: exactly 1 minus
--           the match rate.
-- not-zh: 客户邀请和问候；计划中、未执行和已取消的互动。
-- not-en: Customer invitations and greetings; planned, missed and cancelled interactions.
select
    p.period,
    m.account_id,
    m.interaction_id,
    (not m.is_matched)::integer as numerator,
    1 as denominator
from scoped.maintenance m
join as_of.period_months p on p.month = month_of(m.occurred_at)
where m.is_matched is not null
