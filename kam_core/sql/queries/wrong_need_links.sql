-- query: wrong_need_links
-- means: Completed interactions that name a need of another account, or one that is not found. What
--        lies outside the viewer's regions is not found.
select
    i.interaction_id,
    i.account_id,
    a.account_name,
    a.region,
    a.account_manager,
    a.tier,
    i.occurred_at,
    i.kind,
    i.owner,
    i.need_id,
    case when other.need_id is null then 'need_not_found' else 'need_of_another_account' end
        as problem,
    i.snapshot_id,
    i.line_no
from scoped.interactions i
join scoped.shown_accounts a using (account_id)
left join scoped.needs own on own.need_id = i.need_id and own.account_id = i.account_id
left join scoped.needs other on other.need_id = i.need_id
where i.status = 'completed' and i.need_id is not null and own.need_id is null
order by i.occurred_at, i.interaction_id
