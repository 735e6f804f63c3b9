-- What every question about one as-of day asks again, held as tables in memory, for all regions and
-- every month of the data. Each view is then replaced by its table: what reads it stays the same.

create table mart.targets as from as_of.targets;
create or replace view as_of.targets as from mart.targets;

create table mart.coverage as from as_of.coverage;
create or replace view as_of.coverage as from mart.coverage;

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

create table mart.tiers as from as_of.tiers_on((select list(month) from mart.months));
create or replace view as_of.period_tiers as
select p.period, t.account_id, t.tier, t.is_key, t.value
from as_of.periods p
join mart.tiers t on t.day = p.starts_on;

create table mart.current_tiers as from as_of.current_tiers;
create or replace view as_of.current_tiers as from mart.current_tiers;

set variable periods = (
    select list({'period': month::varchar, 'starts_on': month, 'ends_on': last_day(month)})
    from mart.months
);
create table mart.obligations as from as_of.obligations;
reset variable periods;
create or replace view as_of.obligations as from mart.obligations;

create table mart.unheard_needs as from as_of.unheard_needs;
create or replace view as_of.unheard_needs as from mart.unheard_needs;

create table mart.unanswered_invitations as from as_of.unanswered_invitations;
create or replace view as_of.unanswered_invitations as from mart.unanswered_invitations;

create table mart.falling_revenue as from as_of.falling_revenue;
create or replace view as_of.falling_revenue as from mart.falling_revenue;
