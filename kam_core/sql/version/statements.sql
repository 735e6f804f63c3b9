-- What is asked of the file of a version as it stands, and how one is opened. A `$word` is put in by
-- the code or handed over as a parameter.

-- name: stored_tables
select
    schema_name || '.' || table_name,
    list(column_name order by column_index)
from duckdb_columns()
semi join duckdb_tables() using (database_name, schema_name, table_name)
where database_name = coalesce($database, current_database())
group by all

-- name: has_format
-- To list the columns of a file DuckDB has to read all its views; this it need not.
select exists (
    from duckdb_tables()
    where schema_name = 'meta'
        and table_name = 'format'
        and database_name = coalesce($database, current_database())
)

-- name: read_format
select number from $relation

-- name: has_rows
select exists (from $relation)

-- name: altered_rows
select count(*) from history.$table where fingerprint <> $fingerprint

-- name: content_hash
select
    count(*),
    sum(md5_number_lower($row)::hugeint),
    sum(md5_number_upper($row)::hugeint)
from $relation

-- name: snapshot_counts
select snapshot_id, received, accepted, quarantined from meta.snapshots order by 1

-- name: rows_by_account
select '$table' as name, account_id, count(*) as held
from history.$table
where valid_to is null
group by all

-- name: is_gone
-- Of a row in force: its account was known once and is not any more.
account_id not in (select account_id from history.accounts where valid_to is null)
and account_id not in (select account_id from meta.quarantine where account_id is not null)

-- name: is_unexplained
-- Of a row in force: as above, and nobody said what became of the account.
account_id not in (select account_id from history.accounts where valid_to is null)
and account_id not in (select account_id from meta.quarantine where account_id is not null)
and account_id not in (select account_id from history.account_outcomes where valid_to is null)

-- name: loaded_tables
select distinct table_name from meta.snapshots

-- name: note_counts
select table_name, code, count(distinct (snapshot_id, line_no))
from meta.notes
group by all
order by all

-- name: threshold
select value from settings.thresholds where name = $name

-- name: text
select value from settings.texts where name = $name

-- name: waiting_rows
select snapshot_id from meta.quarantine where account_id is not null

-- name: regions
select distinct region from history.accounts order by 1

-- name: newest_day
select max(as_of) from meta.snapshots

-- name: settings
select * from settings.$table order by all

-- name: attach
attach $path as $name (read_only)

-- name: close_files
set enable_external_access = false

-- name: lock_settings
set lock_configuration = true

-- name: create_schema
create schema $schema

-- name: show_table
create view $relation as from version.$relation

-- name: create_table
create table $relation ($columns)

-- name: complete_table
create or replace view $relation as
select *, $columns from version.$relation

-- name: look_up
set variable $name = (from as_of.$name)

-- name: set_variable
set variable $name = $value

-- name: create_marts
-- What every question about one as-of day asks again, held as tables in memory, for all regions and
-- every month of the data. Each view is then replaced by its table: what reads it stays the same.
create schema if not exists mart

-- name: drop_marts
drop schema mart cascade

-- name: list_views
select sql || coalesce(
    format(' comment on view {}.{} is ''{}'';', schema_name, view_name, replace(comment, '''', '''''')), ''
)
from duckdb_views()
where schema_name = 'as_of' and database_name = current_database()
