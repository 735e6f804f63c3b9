-- metric: renewal_rate
-- order:  72
-- topic:  value
-- zh:     续约率
-- en:     Renewal rate
-- kind:   ratio
-- unit:   percent
-- better: higher
-- target-least: 0
-- target-most: 1
-- grain:  period x account_id x case
-- interval: wilson
-- needs:  contracts, contracts.renewed
-- dated:  contracts
-- dimensions: region, tier, account_manager, industry, account_id
-- evidence: contracts
-- means-zh: 期内且截至截止日到期的合同中，已续约的占比（按份数计）。
-- means-en: Of the contracts that ended in the period and by the as-of date, the share that was
--           renewed (by number).
-- not-zh: 尚未到期的合同。没有填写是否续约的，按未续约计。
-- not-en: Contracts still running. One that does not say whether it was renewed counts as not
--         renewed.
select
    p.period,
    c.account_id,
    c.contract_id,
    coalesce(c.renewed, false)::integer as numerator,
    1 as denominator
from scoped.contracts c
join as_of.period_months p on p.month = month_of(c.ends_on)
where c.ends_on <= day_of('contracts')
