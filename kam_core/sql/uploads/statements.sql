-- What is looked up about an upload in its version. A `$word` is put in by the code or handed over as a
-- parameter.

-- name: names
select distinct $column from $relation where $column <> '' order by 1

-- name: lines_of_code
select distinct line_no
from meta.quarantine
where snapshot_id = $snapshot_id and list_contains(codes, $code)
order by line_no
limit $most

-- name: unknown_accounts
select account_id, count(*)
from meta.quarantine
where snapshot_id = $snapshot_id and account_id is not null
group by 1
order by 2 desc, 1
limit $most

-- name: is_noted
(snapshot_id, line_no) in (
    select (snapshot_id, line_no) from meta.notes where table_name = $table and code = $code
)

-- name: lines_of_rows
-- The lines of the upload whose rows are in force and meet a condition.
select distinct a.line_no
from (
    select $key from $relation where valid_to is null and $condition
) h
join accepted a on $same_key
order by line_no
limit $most

-- name: to_correct
-- Rows set apart, and rows that stand without a cell that was; of either what is wrong, as JSON.
select line_no, raw, codes, detail
from meta.quarantine_states
where snapshot_id = $number and state in ('open', 'nothing_to_do')
union all
select
    line_no, '', list(distinct code order by code),
    '[' || string_agg(detail[2:-2], ', ' order by column_name) || ']'
from meta.cell_states
where snapshot_id = $number and state = 'open'
group by line_no
order by line_no

-- name: account_names
select account_id, account_name from history.accounts where valid_to is null

-- name: clashing_rows
with contents as (
    select part, $key, list_sort(list(distinct md5(row($cells)::varchar))) as content
    from rows
    group by part, $key
)
select one.part, other.part, $shown
from contents one
join contents other
    on $same_key and one.part < other.part and one.content <> other.content
order by all
limit 1

-- name: every_key
select $parts from kept
union all
select $parts from others

-- name: hash_keys
select hash($key) as h from ($every)

-- name: repeated_lines
-- Keys themselves are compared only where their hashes are those of another one.
with every as (
$every
)
select line_no
from (select line_no, $parts from kept)
where hash($key) in (from twice)
    and ($key) in (
        select ($key) from every where hash($key) in (from twice) group by $key having count(*) > 1
    )
order by line_no
