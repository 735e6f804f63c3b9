-- The accounts of one version that a viewer sees on its as-of day, with what is watched of each.
select
    a.account_id, a.account_name, a.region,
    a.account_manager, a.expert_manager, a.status, t.tier
from scoped.accounts a
left join as_of.tiers_on([as_of() + 1]) t using (account_id)
