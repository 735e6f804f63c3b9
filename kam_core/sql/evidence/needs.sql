-- evidence: needs
-- means: The needs behind a figure.
-- order: r.raised_at, r.need_id
select
    r.period,
    r.account_id,
    n.need_id,
    n.category,
    n.description,
    n.raised_at,
    n.responded_at,
    n.resolved_at,
    w.waited_microseconds / 86400e6 as answered_in_days,
    r.numerator,
    r.denominator,
    n.line_no,
    n.snapshot_id
from counted r
join scoped.needs n using (need_id)
left join scoped.need_answers w on w.need_id = n.need_id
