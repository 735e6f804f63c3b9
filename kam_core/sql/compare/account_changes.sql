-- What changed of which account between the tables `before` and `after` (accounts.sql of two
-- versions): `account` where it came or went, else each watched column with both values.
with sides as (
    select
        coalesce(a.account_id, b.account_id) as account_id,
        coalesce(a.account_name, b.account_name) as account_name,
        coalesce(a.region, b.region) as region,
        coalesce(a.account_name_en, b.account_name_en) as account_name_en,
        coalesce(a.region_en, b.region_en) as region_en,
        a.account_id is not null and b.account_id is not null as is_in_both,
        unnest([
            {'rank': 0, 'what': 'account', 'old': b.account_name, 'new': a.account_name},
            {'rank': 1, 'what': 'tier', 'old': b.tier, 'new': a.tier},
            {'rank': 2, 'what': 'region', 'old': b.region, 'new': a.region},
            {'rank': 3, 'what': 'account_manager',
             'old': b.account_manager, 'new': a.account_manager},
            {'rank': 4, 'what': 'expert_manager', 'old': b.expert_manager, 'new': a.expert_manager},
            {'rank': 5, 'what': 'status', 'old': b.status, 'new': a.status}
        ]) as change
    from before b
    full join after a on a.account_id = b.account_id
)
select
    account_id, account_name, region, change.what, change.old, change.new, account_name_en, region_en
from sides
where
    if(
        change.what = 'account',
        not is_in_both,
        is_in_both and change.old is distinct from change.new
    )
order by change.rank, account_id
