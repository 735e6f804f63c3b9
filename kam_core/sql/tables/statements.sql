-- What is said of each table alike. A `$word` is put in by the code.

-- name: has_account
account_id in (select account_id from $accounts)

-- name: is_part_of
$key in (select $key from scoped.$whole)

-- name: has_day_of_its_own
r.snapshot_id in (select snapshot_id from meta.snapshots where as_of_from is not null)

-- name: rows_of_account
select '$table' as table_name, snapshot_id, line_no, account_id from main.$table

-- name: cells_of_table
-- A table without accounts has no column of theirs.
select '$table' as table_name, columns('^(snapshot_id|line_no|account_id|extra)$')
from main.$table

-- name: further_cells
create view main.further_cells as
$query;
comment on view main.further_cells is 'What the files say beside the columns, as JSON'

-- name: event_days_of_table
select
    '$table' as table_name,
    $day as day,
    valid_from,
    valid_to,
    account_id,
    $is_fact as is_fact
from history.$table
where $conditions

-- name: event_days
create view history.event_days as
$query;
comment on view history.event_days is
    'The day of every row that was ever in force, where it has one; plans are no facts'
