-- query: open_needs
-- means: Needs that are not resolved, oldest first, with their age and their answer so far.
select
    n.need_id,
    n.account_id,
    a.account_name,
    a.region,
    a.account_manager,
    a.tier,
    n.category,
    n.description,
    n.raised_at,
    day_of('needs') - n.raised_at::date as age_days,
    working_days_between(n.raised_at, day_of('needs')) as age_working_days,
    n.responded_at,
    n.responded_at is null
        and is_after_working_days(
            n.raised_at, day_of('needs'), setting('needs.response_standard_working_days')
        ) as is_past_standard,
    max(i.occurred_at) as last_named_at,
    n.snapshot_id,
    n.line_no
from scoped.needs n
join scoped.shown_accounts a using (account_id)
left join scoped.interactions i
    on i.account_id = n.account_id and i.need_id = n.need_id and i.status = 'completed'
where n.resolved_at is null
group by all
order by n.raised_at, n.need_id
