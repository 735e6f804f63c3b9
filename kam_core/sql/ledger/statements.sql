-- What is asked of the ledger and written into it, in the SQL of SQLite.

-- name: tables
select name from sqlite_master where type = 'table'

-- name: format
pragma user_version

-- name: write_format
pragma user_version = $number

-- name: columns_of_snapshots
pragma table_info(snapshots)

-- name: add_as_of_from
alter table snapshots add column as_of_from text;

-- name: live
select v.*
from publications p
join versions v using (version)
order by publication_id desc
limit 1

-- name: version
select * from versions where version = ?

-- name: versions
select * from versions order by version

-- name: publications
select * from publications order by publication_id

-- name: snapshots
select s.*
from version_snapshots v
join snapshots s using (snapshot_id)
where v.version = ?

-- name: counts
select snapshot_id, accepted, quarantined from version_snapshots where version = ?

-- name: last_upload
select *
from snapshots
where sha256 = ? and table_name = ? and snapshot_id < ?
order by snapshot_id desc
limit 1

-- name: names
select 1 from snapshots where sha256 = ?1
union all
select 1 from versions where settings_sha256 = ?1
limit 1

-- name: uploads_since
select * from snapshots where snapshot_id >= ? and sha256 = ? order by snapshot_id

-- name: first_version
select min(version) from version_snapshots where snapshot_id = ?

-- name: snapshot
select * from snapshots where snapshot_id = ?

-- name: brought_by
select s.*
from snapshots s
join version_snapshots v using (snapshot_id)
group by snapshot_id
having min(v.version) = ?
order by snapshot_id

-- name: next_numbers
select
    (select coalesce(max(version), 0) + 1 from versions),
    (select coalesce(max(snapshot_id), 0) + 1 from snapshots)

-- name: insert
insert into $table ($columns) values ($marks)

-- name: add_snapshot_to_version
insert into version_snapshots values (?, ?, ?, ?, ?)

-- name: replace_file
update versions set file_sha256 = ? where version = ?

-- name: last_answers
select answers from mappings where header_key = ? order by sequence desc limit 1

-- name: write_ahead
pragma journal_mode = wal

-- name: write_through
pragma synchronous = full

-- name: hold_references
pragma foreign_keys = on

-- name: read_only
pragma query_only = on
