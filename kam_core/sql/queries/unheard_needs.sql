-- query: unheard_needs
-- means: Unresolved needs after which several completed callbacks did not name them.
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
    n.responded_at,
    n.callbacks_without_it,
    n.last_callback_at,
    n.snapshot_id,
    n.line_no
from scoped.unheard_needs n
join scoped.shown_accounts a using (account_id)
order by n.callbacks_without_it desc, n.raised_at, n.need_id
