-- evidence: orders
-- means: The orders behind a figure.
select
    r.period,
    r.account_id,
    a.account_name,
    d.region,
    d.account_manager,
    d.tier,
    o.order_id,
    o.ordered_on,
    o.product,
    o.amount,
    o.gross_profit,
    r.numerator::decimal(18, 2) as numerator,
    r.denominator::decimal(18, 2) as denominator,
    s.file_name,
    o.line_no,
    o.snapshot_id
from counted r
join scoped.orders o using (order_id)
join scoped.tiered_account_periods d
    on d.period = r.period and d.account_id = r.account_id
join scoped.accounts a on a.account_id = r.account_id
left join meta.snapshots s on s.snapshot_id = o.snapshot_id
where is_tier_in_scope(d.tier) and ($account is null or r.account_id = $account)
order by r.period, o.ordered_on, o.order_id
limit $most
