-- $title
create view main.$table as
select $columns, extra, snapshot_id, line_no
from history.$table
where $conditions;
comment on view main.$table is '$title: the rows in force, one per $key'
