-- What follows from interactions and needs together.

create view scoped.maintenance as
select
    i.interaction_id,
    i.account_id,
    i.kind,
    i.occurred_at,
    i.owner,
    i.duration_hours,
    i.work_type,
    i.need_id,
    case when is_told(i.occurred_at, 'needs') then n.need_id is not null end as is_matched
from scoped.interactions i
left join scoped.needs n
    on n.need_id = i.need_id
    and n.account_id = i.account_id
    and not is_before(i.occurred_at, i.occurred_at_has_time, n.raised_at, n.raised_at_has_time)
    and (
        n.resolved_at is null
        or not is_before(
            n.resolved_at, n.resolved_at_has_time, i.occurred_at, i.occurred_at_has_time
        )
    )
where
    i.status = 'completed'
    and i.kind not in (
        -- A version of an older release says nothing and leaves out invitations alone.
        select unnest(string_split(coalesce(text_setting('not_maintenance'), 'invitation'), ','))
    );
comment on view scoped.maintenance is
    'Completed maintenance interactions; matched where they name an open need of the same account,
    not known where the needs do not reach';

-- Where one of the two is only a day, whole days are counted.
create view scoped.need_answers as
select
    need_id,
    account_id,
    raised_at,
    responded_at,
    case
        when raised_at_has_time and responded_at_has_time
            then date_diff('microsecond', raised_at, responded_at)
        else (responded_at::date - raised_at::date) * 86_400_000_000
    end as waited_microseconds
from scoped.needs
where not is_before(responded_at, responded_at_has_time, raised_at, raised_at_has_time);
comment on view scoped.need_answers is
    'Needs that were answered, not before they were raised, and how long that took';

create view as_of.unheard_needs as
with later_callbacks as (
    select
        n.need_id,
        count(*) as callbacks,
        count(*) filter (where i.need_id = n.need_id) as naming_it,
        max(i.occurred_at) as last_callback_at
    from as_of.needs n
    join as_of.interactions i
        on i.account_id = n.account_id
        and i.kind = 'monthly_callback'
        and i.status = 'completed'
        and is_before(n.raised_at, n.raised_at_has_time, i.occurred_at, i.occurred_at_has_time)
        and is_told(i.occurred_at, 'needs')
    where n.resolved_at is null
    group by all
)
select n.*, c.callbacks - c.naming_it as callbacks_without_it, c.last_callback_at
from as_of.needs n
join later_callbacks c using (need_id)
where c.callbacks - c.naming_it >= setting('needs.unheard_after_callbacks');
comment on view as_of.unheard_needs is
    'Unresolved needs that several completed callbacks after them did not name';

create view as_of.unanswered_invitations as
select
    i.*,
    coalesce(i.occurred_at::date, i.planned_for) as invited_on,
    working_days_between(coalesce(i.occurred_at::date, i.planned_for), day_of('interactions')) as working_days
from as_of.interactions i
where i.kind = 'invitation'
    and i.initiated_by = 'customer'
    and i.status <> 'cancelled'
    and i.responded_at is null
    and coalesce(i.occurred_at::date, i.planned_for) <= day_of('interactions')
    and is_after_working_days(
        coalesce(i.occurred_at::date, i.planned_for),
        day_of('interactions'),
        setting('invitations.response_standard_working_days')
    );
comment on view as_of.unanswered_invitations is
    'Invitations by customers that are still without an answer after the standard';

create view scoped.unheard_needs as
select * from as_of.unheard_needs
where account_id in (select account_id from scoped.account_ids);
comment on view scoped.unheard_needs is 'Unheard needs of customers in scope';

create view scoped.unanswered_invitations as
select * from as_of.unanswered_invitations
where account_id in (select account_id from scoped.account_ids);
comment on view scoped.unanswered_invitations is 'Unanswered invitations of customers in scope';
