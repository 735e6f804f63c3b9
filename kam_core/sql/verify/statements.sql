-- What the second count reads: columns as they are stored, and nothing else.

-- name: columns
select $columns from $relation

-- name: upload_counts
select snapshot_id, table_name, sha256, received, accepted, quarantined from meta.snapshots

-- name: quarantined
select snapshot_id from meta.quarantine
