-- query: top_accounts_managers
-- parameters: periods
-- means: The TOP accounts of the whole company behind dual_manager_coverage, and who looks after
--        them; the second is lacking where both are one person. Those outside the viewer's regions keep their place and are not shown.
select
    t.period,
    t.place,
    t.account_id,
    a.account_name,
    a.region,
    p.tier,
    t.revenue as revenue_12m,
    a.account_manager,
    a.expert_manager,
    case
        when are_two_people(a.account_manager, a.expert_manager) then 2
        else (coalesce(a.account_manager, a.expert_manager) is not null)::integer
    end as managers,
    case
        when a.account_manager is null and a.expert_manager is null then 'both'
        when a.account_manager is null then 'account_manager'
        when not are_two_people(a.account_manager, a.expert_manager) then 'expert_manager'
        else 'none'
    end as lacking,
    a.snapshot_id,
    a.line_no
from scoped.top_accounts t
join scoped.accounts a using (account_id)
join scoped.tiered_account_periods p using (period, account_id)
where is_tier_in_scope(p.tier)
order by t.period, t.place
