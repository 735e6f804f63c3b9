-- evidence: accounts
-- means: The accounts behind a figure.
-- order: r.numerator desc, r.account_id
select
    r.period,
    r.account_id,
    a.expert_manager,
    a.status,
    a.customer_since,
    a.lost_on,
    r.numerator,
    r.denominator,
    a.line_no,
    a.snapshot_id
from counted r
join scoped.accounts a using (account_id)
