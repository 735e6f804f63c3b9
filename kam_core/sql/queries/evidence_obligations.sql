-- query: evidence_obligations
-- parameters: periods, metric, account, most
-- means: The obligations behind a completion rate, of one account or all; where one was kept, the
--        first interaction that did it, with the uploaded file and line it came from.
with owed as materialized (
    select *
    from scoped.obligations
    where has_ended
        and kind = case $metric
            when 'followup_completion' then 'monthly_callback'
            else replace($metric, 'followup_completion_', '')
        end
        and ($account is null or account_id = $account)
),
kept as (
    select
        o.account_id,
        o.kind,
        o.starts_on,
        o.due_on,
        arg_min(i.interaction_id, (i.occurred_at, i.interaction_id)) as interaction_id
    from owed o
    join scoped.interactions i
        on i.account_id = o.account_id
        and i.kind = o.kind
        and i.status = 'completed'
        and i.occurred_at >= o.starts_on
        and i.occurred_at < o.due_on + 1
    group by all
)
select
    o.asked_period as period,
    o.account_id,
    o.account_name,
    o.region,
    o.account_manager,
    d.tier,
    o.kind,
    o.due_on,
    o.state,
    i.interaction_id,
    i.occurred_at,
    i.owner,
    (o.state = 'done')::integer as numerator,
    1 as denominator,
    s.file_name,
    i.line_no,
    i.snapshot_id
from owed o
join scoped.tiered_account_periods d
    on d.period = o.asked_period and d.account_id = o.account_id
left join kept k
    on k.account_id = o.account_id
    and k.kind = o.kind
    and k.starts_on = o.starts_on
    and k.due_on = o.due_on
left join scoped.interactions i on i.interaction_id = k.interaction_id
left join meta.snapshots s on s.snapshot_id = i.snapshot_id
where is_tier_in_scope(d.tier)
order by 1, o.due_on, o.account_id
limit $most
