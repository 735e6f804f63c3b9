-- How long customers wait for a first response.

create macro is_answered_late(opened, opened_has_time, answered, answered_has_time, hours) as
    case
        when answered is null
            then due_at(opened, opened_has_time, hours) < (day_of('tickets') + 1)::timestamp
        else is_before(
            due_at(opened, opened_has_time, hours), opened_has_time, answered, answered_has_time
        )
    end;
comment on macro is_answered_late is
    'Whether an answer came after so many hours, or has not come by the end of the day of the tickets';

create macro standard_hours(of_account, of_tier) as
    coalesce(of_account, of_tier, setting('service.response_standard_hours'));
comment on macro standard_hours is
    'The standard that holds: the own one of the account, that of its tier, or that of all';

-- A record that answers before it opens is a mistake; one resolved without a response says nothing.
create view scoped.first_responses as
select
    t.*,
    t.first_response_at is not null as is_answered,
    case
        when t.opened_at_has_time and t.first_response_at_has_time
            then date_diff('microsecond', t.opened_at, t.first_response_at)
    end as waited_microseconds,
    a.response_standard_hours
from scoped.tickets t
join scoped.accounts a using (account_id)
where t.kind = 'support'
    and case
        when t.first_response_at is null then t.resolved_at is null
        else not is_before(
            t.first_response_at, t.first_response_at_has_time, t.opened_at, t.opened_at_has_time
        )
    end;
comment on view scoped.first_responses is
    'Support tickets in scope, answered or waiting: how long it took, and the own standard';
