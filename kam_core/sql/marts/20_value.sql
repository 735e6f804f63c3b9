-- Revenue of the twelve months up to the end of every month, and of the twelve before those: whose
-- share, who stayed, who is at the top. The last month ends with the as-of day.

create table mart.trailing_revenue as
from as_of.trailing_revenue_on((
    select list(least(last_day(month), as_of())) from mart.months where month <= as_of()
));
create or replace view as_of.trailing_revenue as
select d.period, r.*
from as_of.reading_days d
join mart.trailing_revenue r using (read_on);
