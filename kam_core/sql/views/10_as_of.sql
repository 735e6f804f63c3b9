-- The tables as they were known on the day in the session variable `as_of`. Without it: no rows.
-- ASOF is a keyword of SQL, hence the schema name as_of.

create macro as_of() as getvariable('as_of')::date;
comment on macro as_of is 'The as-of day of this session, null where none is set';

create macro setting(wanted) as (select value from settings.thresholds where name = wanted);
comment on macro setting is 'A limit or weight this version was built with';

create macro first_as_of(wanted) as (
    select min(s.as_of) from meta.snapshots s where s.table_name = wanted
);
comment on macro first_as_of is 'The day of the first snapshot of a table, null if never loaded';

-- Before the first snapshot of a table, that first one is shown.
create macro is_in_force(valid_from, valid_to, table_name) as
    as_of() is not null
    and (valid_from <= as_of() or valid_from = first_as_of(table_name))
    and (valid_to is null or valid_to > as_of());
comment on macro is_in_force is 'Whether a history row belongs to the snapshot shown';

create macro is_past(moment) as moment < as_of() + interval 1 day;
comment on macro is_past is 'Whether a day or moment is not after the as-of day';

-- The day of loss is the last active day; a date wins over the status.
create macro is_active(status, customer_since, lost_on, day) as
    status is distinct from 'prospect'
    and (customer_since is null or customer_since <= day)
    and case when lost_on is null then status is distinct from 'lost' else lost_on >= day end;
comment on macro is_active is 'Whether an account is a customer on a day';

-- Narrow, because every other view asks for it.
create view as_of.lives as
select
    account_id,
    region,
    case when status = 'lost' and not is_past(lost_on) then 'active' else status end as status,
    customer_since,
    case when is_past(lost_on) then lost_on end as lost_on
from history.accounts
where is_in_force(valid_from, valid_to, 'accounts');
comment on view as_of.lives is
    'Region and lifetime of every customer known on the as-of day; a later loss is unknown';

create view as_of.accounts as
select h.* exclude (valid_from, valid_to, fingerprint) replace (
    case when is_past(h.lost_on) then h.lost_on end as lost_on,
    case when h.status = 'lost' and not is_past(h.lost_on) then 'active' else h.status end as status
)
from history.accounts h
where is_in_force(h.valid_from, h.valid_to, 'accounts');
comment on view as_of.accounts is 'Customers as known on the as-of day; a later loss is unknown';

create view as_of.interactions as
select * exclude (valid_from, valid_to, fingerprint) replace (
    case when is_past(responded_at) then responded_at end as responded_at
)
from history.interactions
where is_in_force(valid_from, valid_to, 'interactions')
    and (status <> 'completed' or is_past(occurred_at))
    and account_id in (select account_id from as_of.lives);
comment on view as_of.interactions is
    'Interactions held by the as-of day, and those planned, missed or cancelled';

create view as_of.needs as
select * exclude (valid_from, valid_to, fingerprint) replace (
    case when is_past(responded_at) then responded_at end as responded_at,
    case when is_past(resolved_at) then resolved_at end as resolved_at
)
from history.needs
where is_in_force(valid_from, valid_to, 'needs')
    and is_past(raised_at)
    and account_id in (select account_id from as_of.lives);
comment on view as_of.needs is 'Needs raised by the as-of day; later answers are unknown';

create view as_of.orders as
select * exclude (valid_from, valid_to, fingerprint)
from history.orders
where is_in_force(valid_from, valid_to, 'orders')
    and ordered_on <= as_of()
    and account_id in (select account_id from as_of.lives);
comment on view as_of.orders is 'Orders placed by the as-of day';

create view as_of.contracts as
select * exclude (valid_from, valid_to, fingerprint)
from history.contracts
where is_in_force(valid_from, valid_to, 'contracts')
    and account_id in (select account_id from as_of.lives);
comment on view as_of.contracts is 'Contracts as known on the as-of day';

create view as_of.opportunities as
select * exclude (valid_from, valid_to, fingerprint) replace (
    case when closed_on <= as_of() then closed_on end as closed_on,
    case when closed_on > as_of() then 'open' else outcome end as outcome
)
from history.opportunities
where is_in_force(valid_from, valid_to, 'opportunities')
    and opened_on <= as_of()
    and account_id in (select account_id from as_of.lives);
comment on view as_of.opportunities is
    'Opportunities opened by the as-of day; later outcomes are unknown';

create view as_of.tickets as
select * exclude (valid_from, valid_to, fingerprint) replace (
    case when is_past(first_response_at) then first_response_at end as first_response_at,
    case when is_past(resolved_at) then resolved_at end as resolved_at,
    case when resolved_at is null or is_past(resolved_at) then contacts_to_resolve end
        as contacts_to_resolve
)
from history.tickets
where is_in_force(valid_from, valid_to, 'tickets')
    and is_past(opened_at)
    and account_id in (select account_id from as_of.lives);
comment on view as_of.tickets is 'Tickets opened by the as-of day; later answers are unknown';

create view as_of.surveys as
select * exclude (valid_from, valid_to, fingerprint)
from history.surveys
where is_in_force(valid_from, valid_to, 'surveys')
    and surveyed_on <= as_of()
    and account_id in (select account_id from as_of.lives);
comment on view as_of.surveys is 'Survey answers given by the as-of day';

create view as_of.contacts as
select * exclude (valid_from, valid_to, fingerprint)
from history.contacts
where is_in_force(valid_from, valid_to, 'contacts')
    and account_id in (select account_id from as_of.lives);
comment on view as_of.contacts is 'Contacts as known on the as-of day';

create view as_of.value_items as
select * exclude (valid_from, valid_to, fingerprint)
from history.value_items
where is_in_force(valid_from, valid_to, 'value_items')
    and dated_on <= as_of()
    and account_id in (select account_id from as_of.lives);
comment on view as_of.value_items is 'Lifetime profit items dated by the as-of day';

create view as_of.targets as
select * exclude (valid_from, valid_to, fingerprint) replace (
    nullif(trim(region), '') as region,
    nullif(trim(tier), '') as tier
)
from history.targets
where is_in_force(valid_from, valid_to, 'targets');
comment on view as_of.targets is 'Targets as set on the as-of day; null region or tier = all';

-- A full snapshot speaks for every day up to its as-of date, also where nothing happened. Facts that
-- begin late in a month tell a part of it: enough to show that month, too little to compare with it.
create view as_of.coverage as
with facts (table_name, day, valid_from, valid_to, account_id) as (
    select
        'interactions', coalesce(occurred_at::date, planned_for), valid_from, valid_to, account_id
    from history.interactions
    union all
    select 'needs', raised_at::date, valid_from, valid_to, account_id from history.needs
    union all
    select 'orders', ordered_on, valid_from, valid_to, account_id from history.orders
    union all
    select 'contracts', starts_on, valid_from, valid_to, account_id from history.contracts
    union all
    select 'opportunities', opened_on, valid_from, valid_to, account_id from history.opportunities
    union all
    select 'tickets', opened_at::date, valid_from, valid_to, account_id from history.tickets
    union all
    select 'surveys', surveyed_on, valid_from, valid_to, account_id from history.surveys
    union all
    select 'value_items', dated_on, valid_from, valid_to, account_id from history.value_items
),
loaded as (
    select
        table_name,
        min(s.as_of) as first_as_of,
        coalesce(max(s.as_of) filter (where s.as_of <= as_of()), min(s.as_of)) as newest_as_of
    from meta.snapshots s
    where as_of() is not null
    group by table_name
),
days as (
    select f.table_name, min(f.day) as first_on, max(f.day) as last_on
    from facts f
    join loaded l using (table_name)
    where f.day <= as_of()
        and (f.valid_from <= as_of() or f.valid_from = l.first_as_of)
        and (f.valid_to is null or f.valid_to > as_of())
        and f.account_id in (select account_id from as_of.lives)
    group by f.table_name
)
select
    l.table_name,
    date_trunc('month', d.first_on)::date as covers_from,
    case
        when day(d.first_on) <= setting('coverage.first_days') then covers_from
        else (covers_from + interval 1 month)::date
    end as whole_from,
    least(as_of(), greatest(d.last_on, l.newest_as_of)) as covers_to,
    d.first_on,
    d.last_on
from loaded l
left join days d using (table_name);
comment on view as_of.coverage is
    'Tables that were loaded, the days their facts speak for, and their first whole month';
