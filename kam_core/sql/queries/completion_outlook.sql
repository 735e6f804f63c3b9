-- query: completion_outlook
-- parameters: periods, target
-- means: For each period asked for, kind and account manager: what completion is so far, what it
--        can still reach, and how many more are needed for the target. Of those still open, some
--        are to come: their own period has not begun.
with owed as (
    select asked_period, account_id, account_manager, kind, state, shown_as
    from scoped.obligations
    union all
    select asked_period, account_id, account_manager, kind, 'open', 'to_come'
    from scoped.obligations_to_come
),
counted as (
    select
        o.asked_period,
        o.kind,
        o.account_manager,
        count(*) filter (where o.state = 'done') as done,
        count(*) filter (where o.state = 'missed') as missed,
        count(*) filter (where o.state = 'open') as still_open,
        count(*) filter (where o.shown_as = 'planned') as planned,
        count(*) filter (where o.shown_as = 'to_come') as to_come,
        count(*) as owed
    from owed o
    join scoped.tiered_account_periods d
        on d.period = o.asked_period and d.account_id = o.account_id
    where is_tier_in_scope(d.tier)
    group by all
)
select
    *,
    done / owed as share_so_far,
    (done + still_open) / owed as share_reachable,
    greatest(ceil($target::decimal(9, 6) * owed)::bigint - done, 0) as needed,
    done + still_open >= $target::decimal(9, 6) * owed as is_reachable
from counted
order by asked_period, kind, needed desc, account_manager
