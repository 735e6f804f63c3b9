-- query: lifetime_terms
-- parameters: periods
-- means: Lifetime profit of each account up to the day the period is read, term by term with its
--        sign, and the sum of all terms, largest first.
select
    d.period,
    d.account_id,
    a.account_name,
    d.region,
    d.account_manager,
    d.tier,
    coalesce(sum(v.profit) filter (where v.component = 'base_profit'), 0) as base_profit,
    coalesce(sum(v.profit) filter (where v.component = 'cross_sell_profit'), 0)
        as cross_sell_profit,
    coalesce(sum(v.profit) filter (where v.component = 'cost_saving'), 0) as cost_saving,
    coalesce(sum(v.profit) filter (where v.component = 'referral_profit'), 0) as referral_profit,
    coalesce(sum(v.profit) filter (where v.component = 'acquisition_cost'), 0) as acquisition_cost,
    coalesce(sum(v.profit) filter (where v.component = 'price_concession'), 0) as price_concession,
    coalesce(sum(v.profit) filter (where v.component = 'referral_damage'), 0) as referral_damage,
    sum(v.profit) as clv
from scoped.tiered_account_periods d
join as_of.reading_days('value_items') r using (period)
join scoped.accounts a using (account_id)
join scoped.lifetime_profit v on v.account_id = d.account_id and v.dated_on <= r.read_on
where is_tier_in_scope(d.tier)
group by all
order by d.period, clv desc, d.account_id
