-- evidence: opportunities
-- means: The opportunities behind a figure.
-- order: r.closed_on, r.opportunity_id
select
    r.period,
    r.account_id,
    o.opportunity_id,
    o.kind,
    o.opened_on,
    o.closed_on,
    o.outcome,
    o.amount,
    o.lost_reason,
    r.numerator::decimal(18, 2) as numerator,
    r.denominator,
    o.line_no,
    o.snapshot_id
from counted r
join scoped.opportunities o using (opportunity_id)
