-- What two versions are compared by, table by table. A `$word` is put in by the code, `$regions` is a
-- parameter.

-- name: rows_in_force
-- Key and fingerprint of one side.
select $key, fingerprint
from $relation
where $conditions

-- name: is_of_regions
account_id in (
    select account_id
    from $history.accounts
    where valid_to is null and list_contains($regions, region)
)

-- name: is_part_of
$key in (select $key from $relation where $condition)

-- name: has_repeats
-- Whether several rows have one key: lines of an order without a number of their own.
select exists (select 1 from ($rows) group by $key having count(*) > 1)

-- name: numbered
select *, row_number() over (partition by $key order by fingerprint) as $number from ($rows)
