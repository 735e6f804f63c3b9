-- Every day of some years: Mondays to Fridays are worked, but for the days said otherwise.
insert into settings.calendar
with special as (
    select unnest($days)::date as day, unnest($are_working)::boolean as is_working
),
every as (
    select g.day::date as day, coalesce(s.is_working, isodow(g.day) < 6) as is_working
    from generate_series(make_date($first, 1, 1), make_date($last, 12, 31), interval 1 day) g (day)
    left join special s on s.day = g.day::date
)
select
    day,
    is_working,
    sum(is_working::integer - (isodow(day) < 6)::integer) over (order by day)
from every
