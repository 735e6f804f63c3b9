-- query: obligations
-- parameters: periods
-- means: Every obligation whose own period ends in a period asked for: done, missed or open, and
--        how a page shows it (covered, planned, due, overdue).
select
    o.account_id,
    o.account_name,
    o.region,
    o.account_manager,
    o.tier,
    o.kind,
    o.period,
    o.due_on,
    o.state,
    o.shown_as,
    o.planned_for,
    o.has_ended,
    o.asked_period
from scoped.obligations o
join scoped.tiered_account_periods d
    on d.period = o.asked_period and d.account_id = o.account_id
where is_tier_in_scope(d.tier)
order by o.due_on, o.account_id, o.kind
