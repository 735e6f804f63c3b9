-- query: evidence_needs
-- parameters: periods, metric, account, most
-- means: The needs behind a metric, of one account or all, with what each adds above and below the
--        line, and the uploaded file and line it came from.
with named as (
    select distinct p.period, i.account_id, i.need_id
    from scoped.interactions i
    join as_of.period_months p on p.month = month_of(i.occurred_at)
    where i.status = 'completed' and i.need_id is not null
),
standard as (
    select setting('needs.response_standard_working_days') as days
),
judged as (
    select
        p.period,
        n.*,
        named.need_id is not null as is_named,
        working_days_between(n.raised_at, n.responded_at) <= standard.days as is_in_time,
        case
            when $metric = 'need_coverage'
                then n.raised_at < p.ends_on + 1
                    and (n.resolved_at is null or n.resolved_at >= p.starts_on)
            when n.raised_at < p.starts_on or n.raised_at >= p.ends_on + 1 then false
            when $metric = 'need_response_within_standard'
                then n.responded_at >= n.raised_at
                    or n.responded_at is null
                        and working_days_between(n.raised_at, as_of()) > standard.days
            else n.responded_at >= n.raised_at
        end as is_counted
    from scoped.needs n
    cross join as_of.periods p
    cross join standard
    left join named
        on named.period = p.period and named.account_id = n.account_id
        and named.need_id = n.need_id
)
select
    n.period,
    n.account_id,
    a.account_name,
    d.region,
    d.account_manager,
    d.tier,
    n.need_id,
    n.category,
    n.description,
    n.raised_at,
    n.responded_at,
    n.resolved_at,
    date_diff('microsecond', n.raised_at, n.responded_at) / 86400e6 as answered_in_days,
    case $metric
        when 'need_coverage' then n.is_named::integer
        when 'need_response_within_standard' then coalesce(n.is_in_time, false)::integer
    end as numerator,
    1 as denominator,
    s.file_name,
    n.line_no,
    n.snapshot_id
from judged n
join scoped.tiered_account_periods d using (period, account_id)
join scoped.accounts a using (account_id)
left join meta.snapshots s on s.snapshot_id = n.snapshot_id
where n.is_counted
    and is_tier_in_scope(d.tier)
    and ($account is null or n.account_id = $account)
order by n.period, n.raised_at, n.need_id
limit $most
