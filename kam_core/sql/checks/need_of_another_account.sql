-- check:  need_of_another_account
-- tables: interactions
-- needs:  interactions, needs
-- means:  The interaction names a need of another account, so it counts as unmatched.
select
    'interactions' as table_name,
    i.snapshot_id,
    i.line_no,
    i.account_id,
    to_json({
        'column': 'need_id', 'value': i.need_id, 'other_account_id': n.account_id
    }) as detail
from main.interactions i
join main.needs n using (need_id)
where n.account_id <> i.account_id
