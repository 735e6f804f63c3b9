-- query: tier_moves
-- parameters: from_day, to_day
-- means: Accounts in scope whose tier differs between the ends of two days; null where the account
--        was not active on the day.
with before as (
    from as_of.tiers_on([$from_day::date + 1], snapshot_lag := 1)
),
after as (
    from as_of.tiers_on([$to_day::date + 1], snapshot_lag := 1)
)
select
    a.account_id,
    a.account_name,
    a.region,
    a.account_manager,
    before.tier as from_tier,
    after.tier as to_tier,
    before.value as from_value,
    after.value as to_value,
    before.growth_potential as from_potential,
    after.growth_potential as to_potential
from scoped.accounts a
left join before using (account_id)
left join after using (account_id)
where before.tier is distinct from after.tier
    and (is_tier_in_scope(before.tier) or is_tier_in_scope(after.tier))
order by after.value desc nulls last, a.account_id
