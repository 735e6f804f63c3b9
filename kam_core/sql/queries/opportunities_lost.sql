-- query: opportunities_lost
-- parameters: periods
-- means: Opportunities lost in the periods asked for, and by the as-of day, with the reason given,
--        the largest first.
select
    d.period,
    o.opportunity_id,
    o.account_id,
    a.account_name,
    d.region,
    d.account_manager,
    d.tier,
    o.kind,
    o.amount,
    o.lost_reason,
    o.opened_on,
    o.closed_on,
    o.snapshot_id,
    o.line_no
from scoped.opportunities o
join as_of.period_months p on p.month = month_of(o.closed_on)
join scoped.tiered_account_periods d on d.period = p.period and d.account_id = o.account_id
join scoped.accounts a on a.account_id = o.account_id
where o.outcome = 'lost' and is_tier_in_scope(d.tier)
order by d.period, o.amount desc nulls last, o.opportunity_id
