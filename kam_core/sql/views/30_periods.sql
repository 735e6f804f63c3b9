-- The periods asked for, in the session variable `periods`. A period is a run of whole months, so
-- that facts join it on their month. Without the variable: no rows.

create view as_of.periods as
select unnest(
    getvariable('periods')::struct(period varchar, starts_on date, ends_on date)[],
    recursive := true
);
comment on view as_of.periods is 'The periods asked for; ends_on is the last day';

create view as_of.period_months as
select
    period,
    starts_on,
    ends_on,
    unnest(generate_series(starts_on, ends_on, interval 1 month))::date as month
from as_of.periods;
comment on view as_of.period_months is 'One row per period asked for and calendar month in it';

create macro month_of(day) as date_trunc('month', day)::date;
comment on macro month_of is 'The first day of the month of a day or moment';

-- Whole weeks hold five working days; 0001-01-01 was a Monday.
create macro working_day_number(day) as
    (date_diff('day', date '0001-01-01', day::date) // 7) * 5
    + least(date_diff('day', date '0001-01-01', day::date) % 7 + 1, 5);
comment on macro working_day_number is 'A count of Mondays to Fridays up to and including a day';

create macro working_days_between(earlier, later) as
    working_day_number(later) - working_day_number(earlier);
comment on macro working_days_between is
    'Mondays to Fridays after the earlier day, up to the later one';
