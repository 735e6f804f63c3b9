-- evidence: contracts
-- means: The contracts behind a figure.
-- order: r.ends_on, r.contract_id
select
    r.period,
    r.account_id,
    c.contract_id,
    c.starts_on,
    c.ends_on,
    c.amount,
    c.renewed,
    c.renewal_amount,
    r.numerator::decimal(18, 2) as numerator,
    r.denominator::decimal(18, 2) as denominator,
    c.line_no,
    c.snapshot_id
from counted r
join scoped.contracts c using (contract_id)
