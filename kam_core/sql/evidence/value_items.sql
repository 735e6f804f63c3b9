-- evidence: value_items
-- means: The items of the lifetime profit, with their sign.
-- order: r.dated_on, r.account_id, r.component
select
    r.period,
    r.account_id,
    v.dated_on,
    v.component,
    v.amount,
    r.numerator,
    r.denominator,
    v.line_no,
    v.snapshot_id
from counted r
join scoped.value_items v using (account_id, dated_on, component)
