-- query: snapshots
-- means: Every accepted upload in the order in which it applies, with its counts.
select *
from meta.snapshots
where as_of() is not null
order by as_of desc, snapshot_id desc
