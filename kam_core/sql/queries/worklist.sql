-- query: worklist
-- parameters: periods
-- means: What to do next, one row per account and kind of interaction: overdue (and not made up for
--        since) or due soon with nothing planned, ranked by a score whose parts stand beside it.
--        Periods: the months from settings worklist.lookback_days before to worklist.horizon_days
--        after the day up to which the interactions speak.
with obligations as (
    select *
    from scoped.obligations
    where due_on > day_of('interactions') - setting('worklist.lookback_days')::integer
        and due_on <= day_of('interactions') + setting('worklist.horizon_days')::integer
),
last_done as (
    select account_id, kind, max(due_on) as done_until
    from obligations
    where state = 'done'
    group by all
),
to_do as (
    select
        o.account_id,
        o.kind,
        min(o.due_on) as due_on,
        arg_min(o.period, o.due_on) as period,
        count(*) filter (where o.shown_as = 'overdue') as overdue,
        count(*) filter (where o.shown_as = 'due') as due
    from obligations o
    left join last_done d using (account_id, kind)
    where o.shown_as in ('overdue', 'due') and (d.done_until is null or o.due_on > d.done_until)
    group by all
),
largest as (
    select max(revenue_12m) as revenue_12m from scoped.shown_accounts
),
warned as (
    select account_id, count(*) as warnings, list(code order by code) as warning_codes
    from scoped.warnings
    group by all
),
scored as (
    select
        w.*,
        a.account_name,
        a.region,
        a.account_manager as owner,
        a.tier,
        a.revenue_12m,
        case when w.overdue > 0 then 'overdue' else 'due' end as reason,
        greatest(day_of('interactions') - w.due_on, 0) as days_overdue,
        coalesce(n.warnings, 0) as warnings,
        coalesce(n.warning_codes, []) as warning_codes,
        coalesce(points.value, 0)::double as tier_points,
        setting('worklist.overdue_points')::double * least(
            greatest(day_of('interactions') - w.due_on, 0) / setting('worklist.overdue_full_days'), 1
        ) as overdue_points,
        setting('worklist.revenue_points')::double
            * coalesce(greatest(a.revenue_12m, 0) / nullif(l.revenue_12m, 0), 0) as revenue_points,
        least(
            coalesce(n.warnings, 0) * setting('worklist.warning_points'),
            setting('worklist.warning_points_limit')
        )::double as warning_points
    from to_do w
    join scoped.shown_accounts a using (account_id)
    cross join largest l
    left join warned n using (account_id)
    left join settings.thresholds points
        on points.name = 'worklist.tier_points.' || a.tier
)
select *, tier_points + overdue_points + revenue_points + warning_points as score
from scored
order by score desc, due_on, account_id, kind
