-- query: tier_matrix
-- means: Every active account in scope with its tier at the end of the as-of day.
select
    a.account_id,
    a.account_name,
    a.region,
    a.industry,
    a.account_manager,
    t.value,
    t.x_score,
    t.y_score,
    t.tier,
    t.is_key,
    coalesce(t.revenue_12m, 0) as revenue_12m
from as_of.current_tiers t
join scoped.accounts a using (account_id)
where is_tier_in_scope(t.tier)
order by t.value desc nulls last, a.account_id
