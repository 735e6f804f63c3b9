-- query: next_planned
-- means: The next planned interaction of each account after the day up to which
--        the interactions speak.
select
    a.account_id,
    min(i.planned_for) as next_planned_on,
    arg_min(i.kind, (i.planned_for, i.interaction_id)) as kind
from scoped.shown_accounts a
join scoped.interactions i using (account_id)
where i.status = 'planned' and i.planned_for > day_of('interactions')
group by all
order by a.account_id
