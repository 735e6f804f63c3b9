-- What moves no day, such as a correction, or a file of a table of facts that holds none, is left
-- out. An older release gave a day to every table; only that of a table of facts is its own.
create view meta.table_days as
select
    snapshot_id,
    table_name,
    as_of,
    case when coalesce(as_of_from in $own, table_name in $of_facts) then as_of end as day
from meta.snapshots
where as_of_from is null
    or as_of_from in $own
    or (as_of_from <> '$of_table' and table_name not in $of_facts);
comment on view meta.table_days is 'Up to which day each upload lets its table speak; null: up to that of the version'
