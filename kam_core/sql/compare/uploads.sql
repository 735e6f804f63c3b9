-- The uploads that a version is made from.
select snapshot_id, file_name, table_name, mode, as_of, received, loaded_by
from meta.snapshots
order by as_of, snapshot_id
