-- metric: need_coverage
-- order:  53
-- topic:  needs
-- zh:     需求覆盖率
-- en:     Need coverage
-- kind:   ratio
-- unit:   percent
-- better: higher
-- target-least: 0
-- target-most: 1
-- grain:  period x account_id x case
-- interval: wilson
-- needs:  interactions, needs, interactions.need_id
-- dated:  interactions, needs
-- dimensions: region, tier, account_manager, industry, account_id
-- evidence: needs
-- means-zh: 期内曾处于未解决状态的需求中，至少被期内一次已完成的维护互动匹配（见需求匹配率）的占比。
-- means-en: Of the needs that were open at some time in the period, the share matched (as in the
--           match rate) by at least one completed maintenance interaction in it.
-- not-zh: 期初之前已解决的需求；计划中、未执行和已取消的互动；其他客户的互动；客户邀请和问候；在需求提出之前或解决之后的互动。
-- not-en: Needs resolved before the period; planned, missed and cancelled interactions;
--         interactions of other accounts; customer invitations and greetings; interactions before
--         the need was raised or after it was resolved.
with matched as (
    select distinct p.period, m.account_id, m.need_id
    from scoped.maintenance m
    join as_of.period_months p on p.month = month_of(m.occurred_at)
    where m.is_matched
)
select
    p.period,
    n.account_id,
    n.need_id,
    (matched.need_id is not null)::integer as numerator,
    1 as denominator
from scoped.needs n
join as_of.periods p
    on n.raised_at < p.ends_on + interval 1 day
    and (n.resolved_at is null or n.resolved_at >= p.starts_on)
    and is_told(n.raised_at, 'interactions')
left join matched
    on matched.period = p.period
    and matched.account_id = n.account_id
    and matched.need_id = n.need_id
