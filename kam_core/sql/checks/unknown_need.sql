-- check:  unknown_need
-- tables: interactions
-- needs:  interactions, needs
-- means:  The interaction names a need that is not among the needs in force.
select
    'interactions' as table_name,
    i.snapshot_id,
    i.line_no,
    i.account_id,
    to_json({'column': 'need_id', 'value': i.need_id}) as detail
from main.interactions i
anti join main.needs n using (need_id)
where i.need_id is not null
