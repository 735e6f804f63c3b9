-- What fills the file of a version. A `$word` is put in by the code or handed over as a parameter.

-- name: attach_new
-- Half a version is thrown away, so there is nothing that a write-ahead log could save.
attach $path as version (storage_version '$storage', recovery_mode 'no_wal_writes')

-- name: write_format
insert into meta.format values ($number)

-- name: create_history
create table history.$table ($columns)

-- name: copy_table
insert into $relation by name from base.$relation

-- name: note_accounts_of_base
create temp table accounts_of_base as
select distinct account_id from base.history.accounts

-- name: take_rows
create temp $kind incoming as
select $columns, extra, line_no, $fingerprint as fingerprint from staged

-- name: drop_rows
drop $kind incoming

-- name: insert_rows
insert into history.$table by name
select *, $snapshot_id as snapshot_id, $as_of as valid_from
from incoming i
where $is_new

-- name: is_new
not exists (
    select 1 from history.$table h where h.valid_to is null and h.fingerprint = i.fingerprint
)

-- name: close_rows
update history.$table h set valid_to = $as_of
where valid_to is null
    and $is_touched
    and not exists (select 1 from incoming i where i.fingerprint = h.fingerprint)

-- name: is_replaced
exists (select 1 from incoming i where $is_same)

-- name: delete_never_in_force
-- A row corrected by a second upload for the same day was never in force on any day.
delete from history.$table where valid_to = valid_from

-- name: close_returned
update history.$table set valid_to = $as_of
where valid_to is null
    and (
        (snapshot_id, line_no) in (
            select of_snapshot, of_line from meta.returned where snapshot_id = $snapshot_id
        )
        or fingerprint in (
            select q.fingerprint
            from meta.quarantine q
            join meta.returned r on q.snapshot_id = r.of_snapshot and q.line_no = r.of_line
            where r.snapshot_id = $snapshot_id
        )
    )

-- name: preserve_no_order
-- Rows know their line; storing them in its order as well would take half as long again.
set preserve_insertion_order = false

-- name: preserve_order
reset preserve_insertion_order

-- name: note_rejects
insert into meta.quarantine
select $snapshot_id, $table_name, line_no, raw, codes, detail, null, null from rejects

-- name: note_cells
insert into meta.cells
select $snapshot_id, $table_name, line_no, column_name, cell, code, detail from cells

-- name: note_timed
insert into meta.timed
select $snapshot_id, $name
where exists (from staged where $column <> date_trunc('day', $column))

-- name: note_returned
insert into meta.returned values ($1, $2, $3, $4)

-- name: unknown_accounts
select line_no, account_id
from incoming
where account_id not in (select account_id from history.accounts)
order by line_no

-- name: quarantine_unknown
insert into meta.quarantine
select
    $snapshot_id, $table_name, line_no, u.raw, ['unknown_account'], u.detail, account_id,
    fingerprint
from unknown_rows u
join incoming using (line_no)

-- name: release_known
delete from meta.quarantine where account_id in (select account_id from history.accounts)

-- name: write_snapshots
insert into meta.snapshots by name
select
    * exclude (recipe, problems),
    received - quarantined as accepted
from
    uploads,
    (
        select count(*) as quarantined
        from meta.quarantine q
        where q.snapshot_id = uploads.snapshot_id
    )
order by as_of, snapshot_id

-- name: note_problem
insert into meta.notes by name
select $code as code, * from ($query) order by table_name, line_no

-- name: set_newest_day
set variable as_of = (select max(as_of) from meta.snapshots)

-- name: forget
reset variable $name

-- name: write_settings
insert into settings.$table values $rows
