create table mart.tiers as from as_of.tiers_on((select list(month) from mart.months));
create or replace view as_of.period_tiers as
select p.period, t.account_id, t.tier, t.is_key, t.value
from as_of.periods p
join mart.tiers t on t.day = p.starts_on;

create table mart.current_tiers as from as_of.current_tiers;
create or replace view as_of.current_tiers as from mart.current_tiers;
