-- query: attention
-- parameters: periods
-- means: What needs attention, at most one row per code, worst first: the figures of a sentence. A
--        region is called worst among several, and with enough cases alone.
--        cases of of_cases; share = cases / of_cases; amount is money at stake.
with accounts as materialized (
    select * from scoped.shown_accounts
),
rows (
    position, code, region, account_id, account_name, cases, of_cases, amount, previous_amount, days
) as (
    select
        1, 'key_accounts_lost', null::varchar, arg_max(account_id, revenue_before),
        arg_max(account_name, revenue_before), count(*), null::bigint, sum(revenue_before),
        null::decimal(38, 2), null::bigint
    from scoped.lost_accounts
    where is_key
    having count(*) > 0
    union all
    select
        2, 'key_accounts_falling', null, arg_max(account_id, fall), arg_max(account_name, fall),
        count(*), null, sum(revenue), sum(previous_revenue), null
    from (
        select
            a.account_id, a.account_name, f.revenue, f.previous_revenue,
            f.previous_revenue - f.revenue as fall
        from scoped.falling_revenue f
        join accounts a using (account_id)
        where a.is_key
    )
    having count(*) > 0
    union all
    select
        3, 'unanswered_invitations', null, arg_max(account_id, invitations),
        arg_max(account_name, invitations), sum(invitations), count(*), null, null, max(waiting)
    from (
        select
            a.account_id, a.account_name, count(*) as invitations, max(i.working_days) as waiting
        from scoped.unanswered_invitations i
        join accounts a using (account_id)
        group by all
    )
    having count(*) > 0
    union all
    select
        4, 'unheard_needs', null, arg_max(n.account_id, n.callbacks_without_it),
        arg_max(a.account_name, n.callbacks_without_it), count(*), null, null, null,
        max(n.callbacks_without_it)
    from scoped.unheard_needs n
    join accounts a using (account_id)
    having count(*) > 0
    union all
    select 5, 'worst_completion_region', region, null, null, missed, ended, null, null, null
    from (
        select a.region, count(*) filter (where o.state = 'missed') as missed, count(*) as ended
        from scoped.obligations o
        join accounts a using (account_id)
        where o.has_ended
        group by a.region
        having count(*) >= setting('least_cases')
        qualify count(*) over () > 1 and missed > 0
        order by missed / ended desc, missed desc, a.region
        limit 1
    )
    union all
    select 6, 'worst_match_region', region, null, null, matched, held, null, null, null
    from (
        select a.region, count(*) filter (where m.is_matched) as matched, count(*) as held
        from scoped.maintenance m
        join accounts a using (account_id)
        join as_of.period_months p on p.month = month_of(m.occurred_at)
        where m.is_matched is not null
        group by a.region
        having count(*) >= setting('least_cases')
        qualify count(*) over () > 1
        order by matched / held, held desc, a.region
        limit 1
    )
)
select * exclude (position), cases / of_cases as share
from rows
order by position
