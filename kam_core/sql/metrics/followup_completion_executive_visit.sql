-- metric: followup_completion_executive_visit
-- order:  33
-- topic:  follow_up
-- zh:     高层互访完成率
-- en:     Executive visit completion
-- kind:   ratio
-- unit:   percent
-- better: higher
-- target: 0.90
-- target-least: 0
-- target-most: 1
-- grain:  period x account_id x case
-- interval: wilson
-- needs:  interactions, tiers
-- dated:  interactions
-- dimensions: region, tier, account_manager, industry, account_id
-- evidence: obligations
-- means-zh: 按客户在该周期开始时的层级，应做的高层互访中，周期已结束且周期内至少完成一次的占比。
-- means-en: Of the obligations to hold a executive visit whose own period has ended, the share
--           with at least one completed in it. The tier at the start of that period says who is
--           owed one.
-- not-zh: 尚未结束的周期（另行列出）；周期内未全程处于合作状态的客户；计划中、未执行和已取消的互动。
-- not-en: Periods that have not ended (shown beside it); accounts that were not active
--         throughout the period; planned, missed and cancelled interactions.
select
    asked_period as period,
    account_id,
    kind,
    starts_on,
    due_on,
    state,
    (state = 'done')::integer as numerator,
    1 as denominator
from scoped.obligations
where kind = 'executive_visit' and has_ended
