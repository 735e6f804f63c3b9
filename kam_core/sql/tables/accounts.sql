create view as_of.accounts as
select
    a.* replace (
        coalesce(case when o.outcome = 'lost' then 'lost' end, a.status) as status,
        coalesce(case when o.outcome = 'lost' then o.effective_on end, a.lost_on) as lost_on,
        coalesce(case when o.outcome = 'lost' then o.lost_reason end, a.lost_reason) as lost_reason,
        coalesce(case when o.outcome = 'lost' then o.lost_to end, a.lost_to) as lost_to,
        coalesce(case when o.outcome = 'merged' then o.merged_into end, a.merged_into)
            as merged_into
    ),
    l.absences
from as_of.listed_accounts a
left join as_of.outcomes o using (account_id)
left join as_of.absence_lists l using (account_id);
comment on view as_of.accounts is
    'The accounts known on the as-of day, those that left the file with what became of them';

-- Narrow, because every other view asks for it.
create view as_of.lives as
select account_id, region, status, customer_since, lost_on, absences from as_of.accounts;
comment on view as_of.lives is
    'Region and lifetime of every customer known on the as-of day; a later loss is unknown';

create view scoped.account_ids as
select account_id from as_of.lives where is_region_in_scope(region);
comment on view scoped.account_ids is 'Customers of the regions in scope';
