-- What the views of the tables are made with: as_of.* shows them as known on the day in the session
-- variable `as_of`, scoped.* cuts those to the regions in the variable `regions`. Without: no rows.
-- The variables `days` and `conversion` hold what the views as_of.days and as_of.conversion say then.
-- ASOF is a keyword of SQL, hence the schema name as_of.

create macro as_of() as getvariable('as_of')::date;
comment on macro as_of is 'The as-of day of this session, null where none is set';

create macro add_told(total, untold) as
    case when untold = 0 or total <> 0 then coalesce(total, 0) end;
comment on macro add_told is
    'A sum, or nothing where all told adds up to nought and so many do not tell: no false zero';

create macro setting(wanted) as (select value from settings.thresholds where name = wanted);
comment on macro setting is 'A limit or weight this version was built with';

create macro text_setting(wanted) as (select value from settings.texts where name = wanted);
comment on macro text_setting is 'A setting that is a word';

-- The newest snapshot of a file up to the as-of day says how far the table speaks, unless it sets no
-- day. Before the first one, that one is shown.
create view as_of.days as
with by_table as (
    select
        s.table_name,
        min(s.as_of) as first_as_of,
        case
            when count(d.snapshot_id) > 0 then least(
                as_of(),
                coalesce(
                    arg_max(coalesce(d.day, as_of()), (d.as_of, d.snapshot_id))
                        filter (where d.as_of <= as_of()),
                    as_of()
                )
            )
        end as day
    from meta.snapshots s
    left join meta.table_days d using (snapshot_id)
    group by s.table_name
)
select map_from_entries(list((table_name, {'first_as_of': first_as_of, 'day': day}))) as days
from by_table
having as_of() is not null;
comment on view as_of.days is
    'By table the day of its first snapshot and that up to which it speaks, for the variable days';

-- Every view asks for these days, so they are looked up once, when a session begins.
create macro days_of(wanted) as
    (getvariable('days')::map(varchar, struct(first_as_of date, day date)))[wanted];
comment on macro days_of is 'What as_of.days says of a table, by the session variable days';

create macro first_as_of(wanted) as days_of(wanted).first_as_of;
comment on macro first_as_of is 'The day of the first snapshot of a table, null if never loaded';

create macro day_of(wanted) as days_of(wanted).day;
comment on macro day_of is
    'The day up to which a table speaks, seen from the as-of day; null where nothing was loaded';

-- Before the first snapshot of a table, that first one is shown.
create macro is_in_force(valid_from, valid_to, table_name) as
    as_of() is not null
    and (valid_from <= as_of() or valid_from = first_as_of(table_name))
    and (valid_to is null or valid_to > as_of());
comment on macro is_in_force is 'Whether a history row belongs to the snapshot shown';

create macro is_told(moment, wanted) as moment < day_of(wanted) + interval 1 day;
comment on macro is_told is
    'Whether a day or moment is not after the day up to which a table speaks';

-- A day without a time is kept as its midnight, so a midnight is only a day, unless its upload always
-- names the time of that moment. The views of a table say so beside it, as NAME_has_time.
create macro has_time(moment, snapshot, wanted) as
    moment <> date_trunc('day', moment)
    or coalesce(
        list_contains(
            (select list(t.snapshot_id) from meta.timed t where t.column_name = wanted), snapshot
        ),
        false
    );
comment on macro has_time is 'Whether a moment is more than a day';

create macro is_before(earlier, earlier_has_time, later, later_has_time) as
    case
        when earlier_has_time and later_has_time then earlier < later
        else earlier::date < later::date
    end;
comment on macro is_before is
    'Whether a moment lies before another; of the same day neither does where one is only a day';

-- A day counts from its end.
create macro due_at(moment, moment_has_time, hours) as
    case
        when moment_has_time then moment
        else moment + interval 1 day - interval 1 microsecond
    end + to_microseconds((hours * 3_600_000_000)::bigint);
comment on macro due_at is 'The moment so many hours after another';

create macro is_absent(absences, day) as
    len(
        list_filter(
            absences,
            lambda each: each.left_on <= day and (each.back_on is null or each.back_on > day)
        )
    ) > 0;
comment on macro is_absent is 'Whether an account was not in the file of accounts on a day';

-- The day of loss is the last active day; a date wins over the status.
create macro is_active(status, customer_since, lost_on, absences, day) as
    status is distinct from 'prospect'
    and (customer_since is null or customer_since <= day)
    and case when lost_on is null then status is distinct from 'lost' else lost_on >= day end
    and (absences is null or not is_absent(absences, day));
comment on macro is_active is 'Whether an account is a customer on a day';

create macro are_two_people(one, other) as
    coalesce(lower(replace(one, ' ', '')) <> lower(replace(other, ' ', '')), false);
comment on macro are_two_people is 'Whether two names are given and not those of one person';

create macro is_region_in_scope(region) as
    list_contains(getvariable('regions')::varchar[], region);
comment on macro is_region_in_scope is
    'Whether the viewer may see a region; never, where none is set';

create macro is_for_scope(region) as
    getvariable('regions')::varchar[] is not null
    and (region is null or is_region_in_scope(region));
comment on macro is_for_scope is
    'Whether what stands for a region, or for all where it is null, is for the regions in scope';
