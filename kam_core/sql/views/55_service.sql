-- How long customers wait for a first response.

-- A record that answers before it opens is a mistake; one resolved without a response says nothing.
create view scoped.first_responses as
with clocks as (
    select
        *,
        date_diff(
            'microsecond',
            opened_at,
            coalesce(first_response_at, (day_of('tickets') + 1)::timestamp)
        ) as waited_microseconds
    from scoped.tickets
    where kind = 'support'
        and (first_response_at >= opened_at or (first_response_at is null and resolved_at is null))
)
select
    ticket_id,
    account_id,
    opened_at,
    first_response_at,
    topic,
    first_response_at is not null as is_answered,
    waited_microseconds,
    waited_microseconds > setting('service.response_standard_hours') * 3_600_000_000 as is_late
from clocks;
comment on view scoped.first_responses is
    'Support tickets in scope, answered or waiting: how long so far, and whether over the standard';
