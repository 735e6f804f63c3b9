-- A year beyond the data on either side: the longest cadence is one of a year.
create table mart.months as
with bounds as (
    select
        (month_of(least(min(day), as_of())) - interval 12 month)::date as first_month,
        month_of(as_of() + interval 12 month) as last_month
    from history.event_days
)
select unnest(generate_series(first_month, last_month, interval 1 month))::date as month
from bounds;
