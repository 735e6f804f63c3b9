-- The accounts of one version that a viewer sees on its as-of day, with what is watched of each. What
-- left the file before is known still, but gone.
select
    a.account_id, a.account_name, a.region,
    a.account_manager, a.expert_manager, a.status, t.tier, a.account_name_en, a.region_en
from scoped.accounts a
left join as_of.tiers_on([as_of() + 1]) t using (account_id)
where a.account_id in (select account_id from history.accounts where valid_to is null)
