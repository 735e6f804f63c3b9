-- check:  same_account_name
-- tables: accounts
-- needs:  accounts
-- means:  The account bears the name of another one with a smaller id, case, blanks and punctuation
--         aside. They are never merged: a group may well have two branches of one name.
with named as (
    select
        snapshot_id,
        line_no,
        account_id,
        account_name,
        regexp_replace(lower(nfc_normalize(account_name)), '[\s\pP\pZ]+', '', 'g') as folded
    from main.accounts
),
first_of_name as (
    select folded, min(account_id) as account_id
    from named
    where folded <> ''
    group by folded
    having count(*) > 1
)
select
    'accounts' as table_name,
    n.snapshot_id,
    n.line_no,
    n.account_id,
    to_json({
        'column': 'account_name', 'value': n.account_name, 'other_account_id': f.account_id
    }) as detail
from named n
join first_of_name f using (folded)
where n.account_id <> f.account_id
