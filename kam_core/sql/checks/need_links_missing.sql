-- check:  need_links_missing
-- tables: interactions
-- needs:  interactions, needs
-- means:  There are needs, but not one interaction names a need: the column is missing or empty, and
--         no match rate can be measured. The note stands at the newest upload of interactions.
select
    'interactions' as table_name,
    max_by(s.snapshot_id, (s.as_of, s.snapshot_id)) as snapshot_id,
    null::bigint as line_no,
    null::varchar as account_id,
    to_json({'column': 'need_id', 'value': ''}) as detail
from meta.snapshots s
where s.table_name = 'interactions'
having exists (select 1 from main.interactions)
    and not exists (select 1 from main.interactions where need_id is not null)
