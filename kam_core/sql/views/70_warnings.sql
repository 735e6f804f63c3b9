-- Early warnings with their evidence; a further rule is a further branch.

create view as_of.half_year_revenue as
select
    account_id,
    sum(amount) filter (where ordered_on >= day_of('orders') + 1 - interval 6 month) as revenue,
    sum(amount) filter (where ordered_on < day_of('orders') + 1 - interval 6 month) as previous_revenue
from as_of.orders
where ordered_on >= day_of('orders') + 1 - interval 12 month
group by account_id;
comment on view as_of.half_year_revenue is
    'Revenue of the last six months and of the six before, by customer';

create view as_of.falling_revenue as
select account_id, coalesce(revenue, 0) as revenue, previous_revenue
from as_of.half_year_revenue
where previous_revenue > 0
    and coalesce(revenue, 0) <= previous_revenue * (1 - setting('warnings.revenue_drop'))
    and exists (
        select 1 from as_of.coverage
        where table_name = 'orders' and whole_from <= day_of('orders') + 1 - interval 12 month
    );
comment on view as_of.falling_revenue is
    'Customers whose half-year revenue fell by the limit or more against the half-year before';

create view scoped.falling_revenue as
select * from as_of.falling_revenue
where account_id in (select account_id from scoped.account_ids);
comment on view scoped.falling_revenue is 'Customers in scope whose half-year revenue fell';

create view scoped.warnings as
select 'unheard_need' as code, account_id, count(*) as cases, null::decimal(38, 2) as amount
from scoped.unheard_needs
group by all
union all
select 'unanswered_invitation', account_id, count(*), null
from scoped.unanswered_invitations
group by all
union all
select 'revenue_down', account_id, 1, previous_revenue - revenue
from scoped.falling_revenue;
comment on view scoped.warnings is
    'One row per customer in scope and kind of warning, with the cases and money at stake';
