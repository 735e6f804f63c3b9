-- metric: dual_manager_coverage
-- order:  93
-- topic:  resources
-- zh:     双经理覆盖率
-- en:     Dual-manager coverage
-- also:   dual manager coverage
-- kind:   ratio
-- unit:   percent
-- better: higher
-- target: 1
-- target-least: 0
-- target-most: 1
-- grain:  period x account_id
-- reads: day
-- interval: none
-- known-by: accounts
-- needs:  orders, accounts.account_manager, accounts.expert_manager
-- dated:  orders
-- dimensions: region, tier, account_manager, industry, account_id
-- evidence: accounts
-- means-zh: 统计日（期末，或未到期末时的截止日）处于合作状态、最近十二个月销售额最高的若干客户（默认全公司前 20 名）中，客户经理和专家经理都已配备、且不是同一人的占比。
-- means-en: Of the active accounts with most revenue in the twelve months up to the day it is
--           read (the end of the period, or the as-of date before that; the first 20 of the
--           whole company by default), the share that has both an account manager and an expert
--           manager who are two people.
-- not-zh: 已流失的客户；名次按全公司排定，只看某个区域时只含其中入围的客户。经理按截止日的客户资料。这是清点而非抽样，因此没有置信区间。
-- not-en: Lost accounts. Who ranks is told by the whole company: a region shows those of its
--         accounts that are among them. Managers are those of the as-of date. It counts and is
--         no sample, so it has no interval.
select
    t.period,
    t.account_id,
    are_two_people(a.account_manager, a.expert_manager)::integer as numerator,
    1 as denominator
from scoped.top_accounts t
join scoped.accounts a using (account_id)
