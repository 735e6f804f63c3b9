-- Revenue of the twelve months up to the end of every month, and of the twelve before those: whose
-- share, who stayed, who is at the top. The last month ends with the day of the orders.

create table mart.trailing_revenue as
from as_of.trailing_revenue_on((
    select list(least(last_day(month), day_of('orders'))) from mart.months where month <= day_of('orders')
));
create or replace view as_of.trailing_revenue as
select d.period, r.*
from as_of.reading_days('orders') d
join mart.trailing_revenue r using (read_on);
