-- metric: renewal_uplift
-- order:  73
-- topic:  value
-- zh:     续约金额增长
-- en:     Renewal uplift
-- kind:   uplift
-- unit:   percent
-- parts:  money
-- better: higher
-- target-least: -1
-- target-most: 3
-- grain:  period x account_id x case
-- interval: none
-- needs:  contracts, contracts.renewal_amount
-- dated:  contracts
-- dimensions: region, tier, account_manager, industry, account_id
-- evidence: contracts
-- means-zh: 期内且截至截止日到期、已续约并填写了续约金额的合同，续约金额合计与原合同金额合计之比减 1。
-- means-en: Renewal amounts divided by the amounts of the same contracts before, minus 1; over
--           contracts that ended in the period and by the as-of date, were renewed and say for
--           how much.
-- not-zh: 未续约的合同；已续约但没有填写续约金额的合同。
-- not-en: Contracts that were not renewed, or were renewed without saying for how much.
select
    p.period,
    c.account_id,
    c.contract_id,
    c.renewal_amount as numerator,
    c.amount as denominator
from scoped.contracts c
join as_of.period_months p on p.month = month_of(c.ends_on)
where c.ends_on <= day_of('contracts') and c.renewed and c.renewal_amount is not null
