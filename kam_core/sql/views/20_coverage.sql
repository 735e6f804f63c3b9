-- A table speaks for every day up to its own, also where nothing happened. Facts that begin late in
-- a month tell a part of it: enough to show that month, too little to compare with it.
create view as_of.coverage as
with snapshots as (
    select table_name, min(s.as_of) as first_as_of
    from meta.snapshots s
    where as_of() is not null
    group by table_name
),
loaded as (
    select *, day_of(table_name) as last_day from snapshots
),
days as (
    select f.table_name, min(f.day) as first_on, max(f.day) as last_on
    from history.event_days f
    join loaded l using (table_name)
    where f.is_fact
        and f.day <= l.last_day
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
    l.last_day as covers_to,
    d.first_on,
    d.last_on
from loaded l
left join days d using (table_name);
comment on view as_of.coverage is
    'Tables that were loaded, the days their facts speak for, and their first whole month';
