-- evidence: orders
-- means: The orders behind a figure.
-- order: r.ordered_on, r.order_id
select
    r.period,
    r.account_id,
    o.order_id,
    o.ordered_on,
    o.product,
    o.amount,
    o.gross_profit,
    r.numerator::decimal(18, 2) as numerator,
    r.denominator::decimal(18, 2) as denominator,
    o.line_no,
    o.snapshot_id
from counted r
join scoped.orders o using (order_id)
