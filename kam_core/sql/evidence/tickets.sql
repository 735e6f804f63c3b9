-- evidence: tickets
-- means: The tickets behind a figure.
-- order: r.opened_at, r.ticket_id
select
    r.period,
    r.account_id,
    t.ticket_id,
    t.kind,
    t.topic,
    t.opened_at,
    t.first_response_at,
    t.resolved_at,
    t.contacts_to_resolve,
    f.waited_microseconds / 3600e6 as answered_in_hours,
    r.numerator::bigint as numerator,
    r.denominator,
    t.line_no,
    t.snapshot_id
from counted r
join scoped.tickets t using (ticket_id)
left join scoped.first_responses f on f.ticket_id = t.ticket_id
