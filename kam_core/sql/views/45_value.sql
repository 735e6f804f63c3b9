-- What a figure about a state is read from: the day it is read on, who was active then, what the
-- twelve months before brought. Who is at the top is told by the whole company, whatever the viewer
-- sees.

create macro as_of.reading_days(wanted) as table
select period, starts_on, ends_on, least(ends_on, day_of(wanted)) as read_on
from as_of.periods
where starts_on <= day_of(wanted);
comment on macro table as_of.reading_days is
    'The day on which a state is read in each period that has begun: its last, or the day of a table';

-- What a contract does not say is decided in time: until then nobody knows.
create view scoped.ended_contracts as
select
    *,
    renewed is not null
        or ends_on + setting('renewals.decided_after_days')::integer < day_of('contracts')
        as is_decided
from scoped.contracts
where ends_on <= day_of('contracts');
comment on view scoped.ended_contracts is
    'Contracts in scope that ended, and whether it is decided that they were renewed or not';

create macro scoped.active_accounts(wanted) as table
select d.period, d.read_on, a.*
from as_of.reading_days(wanted) d
join scoped.accounts a on is_active(a.status, a.customer_since, a.lost_on, a.absences, d.read_on);
comment on macro table scoped.active_accounts is
    'Customers in scope that were active on the day a state is read, with what is known of them';

-- The windows of a leap day begin on 28 February where there is no 29th.
create macro as_of.trailing_revenue_on(days) as table
with asked as materialized (
    select distinct
        unnest(days)::date as read_on,
        (unnest(days)::date + 1 - interval 12 month)::date as starts_on,
        (unnest(days)::date + 1 - interval 24 month)::date as earliest_on
),
months as (
    select
        *,
        unnest(generate_series(month_of(earliest_on), read_on, interval 1 month))::date as month
    from asked
)
select
    m.read_on,
    o.account_id,
    add_told(
        sum(o.amount) filter (where o.ordered_on >= m.starts_on),
        count(*) filter (where o.ordered_on >= m.starts_on and o.amount is null)
    ) as revenue,
    coalesce(sum(o.amount) filter (where o.ordered_on < m.starts_on), 0) as revenue_before
from as_of.orders o
join months m on m.month = month_of(o.ordered_on)
where o.ordered_on between m.earliest_on and m.read_on
group by all;
comment on macro table as_of.trailing_revenue_on is
    'Revenue of the 12 months up to and including each day, and of the 12 months before those';

create view as_of.trailing_revenue as
select d.period, r.*
from as_of.reading_days('orders') d
join as_of.trailing_revenue_on((select list(distinct read_on) from as_of.reading_days('orders'))) r
    using (read_on);
comment on view as_of.trailing_revenue is
    'Revenue of the 12 months up to the day a state is read, and of the 12 months before those';

create view scoped.trailing_revenue as
select * from as_of.trailing_revenue
where account_id in (select account_id from scoped.account_ids);
comment on view scoped.trailing_revenue is
    'Trailing revenue of customers in scope, with that of the 12 months before';

create view scoped.trailing_orders as
select
    r.period,
    o.account_id,
    o.order_id,
    o.amount,
    o.ordered_on >= (r.read_on + 1 - interval 12 month)::date as is_current,
    t.revenue_before
from as_of.reading_days('orders') r
join scoped.orders o on o.ordered_on between (r.read_on + 1 - interval 24 month)::date and r.read_on
join scoped.trailing_revenue t on t.period = r.period and t.account_id = o.account_id;
comment on view scoped.trailing_orders is
    'Orders of the 24 months up to the day a state is read, and whether of the last 12';

create view scoped.lost_some_day as
select p.period, a.account_id
from scoped.accounts a
join as_of.periods p on coalesce(a.customer_since <= p.ends_on, true)
where a.status = 'lost' and a.lost_on is null;
comment on view scoped.lost_some_day is
    'Customers in scope that are lost and do not say when: in which period, nobody can tell';

create view scoped.lost_accounts as
with lost as (
    select
        d.period,
        d.account_id,
        a.account_name,
        d.region,
        d.account_manager,
        d.tier,
        d.is_key,
        a.lost_on,
        a.lost_reason,
        a.lost_to
    from scoped.tiered_account_periods d
    join scoped.accounts a using (account_id)
    where a.lost_on between d.starts_on and d.ends_on
        and is_active(a.status, a.customer_since, a.lost_on, a.absences, d.starts_on)
        and is_tier_in_scope(d.tier)
)
select
    l.*,
    case when first_as_of('orders') is not null then coalesce(sum(o.amount), 0) end
        as revenue_before
from lost l
left join scoped.orders o
    on o.account_id = l.account_id
    and o.ordered_on > l.lost_on - interval 12 month
    and o.ordered_on <= l.lost_on
group by all;
comment on view scoped.lost_accounts is
    'Customers in scope lost in a period, their tier at its start, why, and what they brought before';

-- The setting is a number of accounts, or below 1 a share of those that rank.
create macro top_places(ranked) as
    case
        when setting('top.accounts') < 1 then ceil(setting('top.accounts') * ranked)
        else setting('top.accounts')
    end;
comment on macro top_places is 'How many accounts are at the top where so many rank';

create view as_of.top_sellers as
with revenues as (
    select p.period, o.account_id, sum(o.amount) as revenue
    from as_of.orders o
    join as_of.period_months p on p.month = month_of(o.ordered_on)
    group by all
    having sum(o.amount) > 0
),
ranked as (
    select
        *,
        row_number() over (partition by period order by revenue desc, account_id) as place,
        count(*) over (partition by period) as ranked
    from revenues
)
select period, account_id, revenue, place
from ranked
where place <= top_places(ranked);
comment on view as_of.top_sellers is 'The accounts that brought most revenue in each period';

create view scoped.top_sellers as
select * from as_of.top_sellers
where account_id in (select account_id from scoped.account_ids);
comment on view scoped.top_sellers is
    'Those customers in scope that are among the top of the whole company by revenue of the period';

create view as_of.top_accounts as
with ranked as (
    select
        r.period,
        r.account_id,
        r.revenue,
        row_number() over (partition by r.period order by r.revenue desc, r.account_id) as place,
        count(*) over (partition by r.period) as ranked
    from as_of.trailing_revenue r
    join as_of.lives a using (account_id)
    where r.revenue > 0 and is_active(a.status, a.customer_since, a.lost_on, a.absences, r.read_on)
)
select period, account_id, revenue, place
from ranked
where place <= top_places(ranked);
comment on view as_of.top_accounts is
    'The active accounts with most revenue in the 12 months up to the day a state is read';

create view scoped.top_accounts as
select * from as_of.top_accounts
where account_id in (select account_id from scoped.account_ids);
comment on view scoped.top_accounts is
    'Those customers in scope that are among the top of the whole company by trailing revenue';

create view scoped.lifetime_profit as
select
    account_id,
    dated_on,
    component,
    case
        when component in ('acquisition_cost', 'price_concession', 'referral_damage') then -amount
        else amount
    end as profit
from scoped.value_items;
comment on view scoped.lifetime_profit is
    'Lifetime profit items of customers in scope with their sign: costs and damage are negative';

-- What an interaction does not say itself, the contacts of the account say that it names.
create view scoped.contact_levels as
with named as (
    select
        interaction_id,
        account_id,
        occurred_at,
        unnest(regexp_split_to_array(contact_id, '\s*[;；]\s*')) as contact_id
    from scoped.interactions
    where status = 'completed' and contact_level is null and contact_id is not null
)
select interaction_id, account_id, occurred_at, contact_level
from scoped.interactions
where status = 'completed' and contact_level is not null
union all
select distinct n.interaction_id, n.account_id, n.occurred_at, c.level
from named n
join scoped.contacts c using (account_id, contact_id);
comment on view scoped.contact_levels is
    'The levels that each completed interaction met: its own, else those of the contacts it names';

create view scoped.levels_met as
with spans as (
    select period, read_on, (read_on + 1 - interval 6 month)::date as first_on
    from as_of.reading_days('interactions')
),
months as (
    select
        *,
        unnest(generate_series(month_of(first_on), read_on, interval 1 month))::date as month
    from spans
)
select
    m.period,
    i.account_id,
    count(*) filter (where i.contact_level = 'executive') as executive,
    count(*) filter (where i.contact_level = 'management') as management,
    count(*) filter (where i.contact_level = 'working') as working,
    count(distinct i.contact_level) as levels
from scoped.contact_levels i
join months m on m.month = month_of(i.occurred_at)
where i.occurred_at >= m.first_on and i.occurred_at < m.read_on + 1
group by all;
comment on view scoped.levels_met is
    'Completed interactions with each level in the six months up to the day a state is read';
