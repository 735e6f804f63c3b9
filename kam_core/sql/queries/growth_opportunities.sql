-- query: growth_opportunities
-- parameters: periods
-- means: Cross-selling and upselling of the periods asked for, by kind: opportunities won and lost,
--        and the money won.
select
    d.period,
    o.kind,
    count(*) filter (where o.outcome = 'won') as won,
    count(*) filter (where o.outcome = 'lost') as lost,
    coalesce(sum(o.amount) filter (where o.outcome = 'won'), 0) as amount
from scoped.opportunities o
join as_of.period_months p on p.month = month_of(o.closed_on)
join scoped.tiered_account_periods d on d.period = p.period and d.account_id = o.account_id
where o.kind in ('cross_sell', 'upsell') and o.outcome in ('won', 'lost')
    and is_tier_in_scope(d.tier)
group by all
order by d.period, o.kind
