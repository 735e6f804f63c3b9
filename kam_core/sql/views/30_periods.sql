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

-- Whole weeks hold five Mondays to Fridays; 0001-01-01 was a Monday. Of the days of the calendar it is
-- looked up how many more or less were worked; a version of an older release has none.
create macro working_day_number(until) as
    (date_diff('day', date '0001-01-01', until::date) // 7) * 5
    + least(date_diff('day', date '0001-01-01', until::date) % 7 + 1, 5)
    + coalesce(
        (select list(c.shift order by c.day) from settings.calendar c)[
            least(
                greatest(
                    date_diff('day', (select min(c.day) from settings.calendar c), until::date) + 1,
                    0
                ),
                (select count(*) from settings.calendar)
            )
        ],
        0
    );
comment on macro working_day_number is 'A count of working days up to and including a day';

create macro working_days_between(earlier, later) as
    working_day_number(later) - working_day_number(earlier);
comment on macro working_days_between is 'Working days after the earlier day, up to the later one';

-- The standard ends with the last of its working days: what comes on the Saturday after is late.
create macro is_after_working_days(event, later, standard) as
    later::date > event::date and working_days_between(event, later::date - 1) >= standard;
comment on macro is_after_working_days is
    'Whether a day lies after the last of so many working days after another';
