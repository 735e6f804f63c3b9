-- evidence: interactions
-- means: The completed interactions behind a figure.
-- order: r.occurred_at, r.interaction_id
select
    r.period,
    r.account_id,
    i.interaction_id,
    i.occurred_at,
    i.kind,
    i.owner,
    i.duration_hours,
    i.work_type,
    i.contact_level,
    i.need_id,
    r.numerator::decimal(24, 6) as numerator,
    r.denominator::decimal(24, 6) as denominator,
    i.line_no,
    i.snapshot_id
from counted r
join scoped.interactions i using (interaction_id)
