-- query: evidence_opportunities
-- parameters: periods, metric, account, most
-- means: The opportunities behind a metric, of one account or all, with what each adds above and
--        below the line, and the uploaded file and line it came from.
select
    p.period,
    o.account_id,
    a.account_name,
    d.region,
    d.account_manager,
    d.tier,
    o.opportunity_id,
    o.kind,
    o.opened_on,
    o.closed_on,
    o.outcome,
    o.amount,
    o.lost_reason,
    case $metric
        when 'lost_projects' then 1
        when 'cross_sell_conversion' then (o.outcome = 'won')::integer
        else coalesce(o.amount, 0)
    end as numerator,
    case $metric when 'cross_sell_conversion' then 1 end as denominator,
    s.file_name,
    o.line_no,
    o.snapshot_id
from scoped.opportunities o
join as_of.periods p on o.closed_on between p.starts_on and least(p.ends_on, as_of())
join scoped.tiered_account_periods d using (period, account_id)
join scoped.accounts a using (account_id)
left join meta.snapshots s on s.snapshot_id = o.snapshot_id
where is_tier_in_scope(d.tier)
    and ($account is null or o.account_id = $account)
    and case $metric
        when 'cross_sell_conversion'
            then o.kind in ('cross_sell', 'upsell') and o.outcome in ('won', 'lost')
        else o.outcome = 'lost'
    end
order by p.period, o.closed_on, o.opportunity_id
limit $most
