-- evidence: obligations
-- means: The obligations behind a completion rate; where one was kept, the first interaction that
--        did it.
-- order: r.due_on, r.account_id
select
    r.period,
    r.account_id,
    r.kind,
    r.due_on,
    r.state,
    i.interaction_id,
    i.occurred_at,
    i.owner,
    r.numerator,
    r.denominator,
    i.line_no,
    i.snapshot_id
from counted r
left join (
    select
        c.account_id,
        c.starts_on,
        c.due_on,
        arg_min(i.interaction_id, (i.occurred_at, i.interaction_id)) as interaction_id
    from counted c
    join scoped.interactions i
        on i.account_id = c.account_id
        and i.kind = c.kind
        and i.status = 'completed'
        and i.occurred_at >= c.starts_on
        and i.occurred_at < c.due_on + 1
    where $account is null or c.account_id = $account
    group by all
) k on k.account_id = r.account_id and k.starts_on = r.starts_on and k.due_on = r.due_on
left join scoped.interactions i on i.interaction_id = k.interaction_id
