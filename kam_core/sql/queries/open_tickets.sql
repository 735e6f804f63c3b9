-- query: open_tickets
-- means: Tickets of both kinds that are not resolved, oldest of each group first. late: without a
--        first answer for longer than the standard; waiting: without one so far; answered: answered,
--        not resolved. The clock stops at the end of the day up to which the
--        tickets speak.
with timed as (
    select
        t.*,
        date_diff(
            'microsecond',
            due_at(t.opened_at, t.opened_at_has_time, 0),
            (day_of('tickets') + 1)::timestamp
        ) / 3600e6 as hours_open,
        case
            when t.first_response_at is not null then 'answered'
            when is_answered_late(
                t.opened_at,
                t.opened_at_has_time,
                null::timestamp,
                false,
                standard_hours(a.response_standard_hours, s.hours)
            ) then 'late'
            else 'waiting'
        end as clock
    from scoped.tickets t
    join scoped.accounts a using (account_id)
    left join as_of.current_tiers c using (account_id)
    left join settings.response_standards s on s.tier = coalesce(c.tier, 'unrated')
    where t.resolved_at is null
)
select
    r.ticket_id,
    r.kind as ticket_kind,
    r.clock,
    r.account_id,
    a.account_name,
    a.region,
    a.account_manager,
    a.tier,
    r.topic,
    r.opened_at,
    r.first_response_at,
    r.hours_open,
    r.snapshot_id,
    r.line_no
from timed r
join scoped.shown_accounts a using (account_id)
order by list_position(['late', 'waiting', 'answered'], r.clock), r.opened_at, r.ticket_id
