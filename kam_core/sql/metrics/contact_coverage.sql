-- metric: contact_coverage
-- order:  34
-- topic:  follow_up
-- zh:     三层级接触覆盖率
-- en:     Contact coverage at three levels
-- also:   contact coverage
-- kind:   ratio
-- unit:   percent
-- better: higher
-- target-least: 0
-- target-most: 1
-- grain:  period x account_id
-- reads: day
-- interval: none
-- needs:  interactions, interactions.contact_level, interactions.contact_id
-- needs-or: interactions.contact_level|contacts.level, interactions.contact_id|interactions.contact_level
-- dated:  interactions
-- dimensions: region, tier, account_manager, industry, account_id
-- evidence: interactions
-- means-zh: 统计日（期末，或未到期末时的截止日）处于合作状态的客户中，在截至该日的六个月内与决策层、管理层、执行层三个层级都有过已完成互动的占比。互动未填写对方层级时，以其所填联系人的层级为准。
-- means-en: Of the accounts active on the day it is read (the end of the period, or the as-of
--           date before that), the share with completed interactions at all three levels
--           (executive, management, working) in the six months up to and including that day.
--           An interaction that says no level has those of the contacts it names.
-- not-zh: 计划中、未执行和已取消的互动；既没有填写对方层级、所填联系人也没有层级的互动。这是对全部客户的清点，不是抽样，因此没有置信区间。
-- not-en: Planned, missed and cancelled interactions; interactions without a level, of their own or of a contact.
--         It counts every account and is no sample, so it has no interval.
select
    a.period,
    a.account_id,
    coalesce((m.levels = 3)::integer, 0) as numerator,
    1 as denominator
from scoped.active_accounts('interactions') a
left join scoped.levels_met m using (period, account_id)
-- rows: the completed interactions whose level is told; the three of an account make one case together
select
    d.period,
    i.account_id,
    i.interaction_id,
    null as numerator,
    null as denominator
from scoped.interactions i
join as_of.reading_days('interactions') d
    on i.occurred_at >= (d.read_on + 1 - interval 6 month)::date
    and i.occurred_at < d.read_on + 1
where i.interaction_id in (select interaction_id from scoped.contact_levels)
