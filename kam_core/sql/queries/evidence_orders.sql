-- query: evidence_orders
-- parameters: periods, metric, account, most
-- means: The orders behind a metric, of one account or all, with what each adds above and below the
--        line, and the uploaded file and line it came from.
with spans as (
    select period, starts_on as first_on, ends_on as last_on, true as is_current
    from as_of.periods
    where $metric not in ('share_of_wallet', 'nrr', 'grr')
    union all
    select
        period,
        (starts_on - interval 12 month)::date,
        (ends_on + 1 - interval 12 month)::date - 1,
        false
    from as_of.periods
    where $metric = 'revenue_yoy'
    union all
    select period, (read_on + 1 - interval 12 month)::date, read_on, true
    from as_of.reading_days
    where $metric in ('share_of_wallet', 'nrr', 'grr')
    union all
    select
        period,
        (read_on + 1 - interval 24 month)::date,
        (read_on + 1 - interval 12 month)::date - 1,
        false
    from as_of.reading_days
    where $metric in ('nrr', 'grr')
),
placed as (
    select
        s.period,
        s.is_current,
        s.last_on,
        o.account_id,
        o.order_id,
        o.ordered_on,
        o.amount,
        o.gross_profit,
        o.product,
        o.snapshot_id,
        o.line_no,
        sum(o.amount) filter (where not s.is_current) over (partition by s.period, o.account_id)
            as revenue_before
    from scoped.orders o
    join spans s on o.ordered_on between s.first_on and s.last_on
)
select
    o.period,
    o.account_id,
    a.account_name,
    d.region,
    d.account_manager,
    d.tier,
    o.order_id,
    o.ordered_on,
    o.product,
    o.amount,
    o.gross_profit,
    case
        when $metric in ('revenue', 'revenue_yoy', 'share_of_wallet', 'nrr')
            then case when o.is_current then o.amount else 0 end
        when $metric = 'key_revenue_share' then case when d.is_key then o.amount else 0 end
        when $metric = 'top20_share'
            then case when top.account_id is not null then o.amount else 0 end
        when $metric = 'key_profit_share' then case when d.is_key then o.gross_profit else 0 end
    end as numerator,
    case
        when $metric in ('revenue_yoy', 'nrr', 'grr')
            then case when o.is_current then 0 else o.amount end
        when $metric in ('key_revenue_share', 'top20_share') then o.amount
        when $metric = 'key_profit_share' then o.gross_profit
    end as denominator,
    s.file_name,
    o.line_no,
    o.snapshot_id
from placed o
join scoped.tiered_account_periods d using (period, account_id)
join scoped.accounts a using (account_id)
left join scoped.top_sellers top
    on $metric = 'top20_share' and top.period = o.period and top.account_id = o.account_id
left join meta.snapshots s on s.snapshot_id = o.snapshot_id
where is_tier_in_scope(d.tier)
    and ($account is null or o.account_id = $account)
    and ($metric not in ('nrr', 'grr') or o.revenue_before > 0)
    and ($metric <> 'key_profit_share' or o.gross_profit is not null)
    and (
        $metric <> 'share_of_wallet'
        or (
            a.annual_purchase_budget > 0
            and is_active(a.status, a.customer_since, a.lost_on, o.last_on)
        )
    )
order by o.period, o.ordered_on, o.order_id
limit $most
