-- query: contracts_ended
-- parameters: periods
-- means: Contracts that ended in the periods asked for, and by the as-of day: renewed or not, and for
--        how much. What is not said to be renewed counts as not renewed.
select
    d.period,
    c.contract_id,
    c.account_id,
    a.account_name,
    d.region,
    d.account_manager,
    d.tier,
    c.ends_on,
    c.amount,
    coalesce(c.renewed, false) as renewed,
    c.renewal_amount,
    case when c.renewed then c.renewal_amount - c.amount end as difference,
    c.snapshot_id,
    c.line_no
from scoped.contracts c
join as_of.period_months p on p.month = month_of(c.ends_on)
join scoped.tiered_account_periods d on d.period = p.period and d.account_id = c.account_id
join scoped.accounts a on a.account_id = c.account_id
where c.ends_on <= day_of('contracts') and is_tier_in_scope(d.tier)
order by d.period, difference desc nulls last, c.amount desc, c.contract_id
