-- One part of two version files, attached as `before` and `after`: how many rows of each upload each
-- has, and how many the other lacks. Uploads of which both have the same rows are left out.
with rows_of_both as (
    select snapshot_id, $row as content, 1 as old, 0 as new from before.$part
    union all
    select snapshot_id, $row, 0, 1 from after.$part
),
contents as (
    select snapshot_id, sum(old) as old, sum(new) as new
    from rows_of_both
    group by snapshot_id, content
)
select
    snapshot_id,
    sum(old)::bigint,
    sum(new)::bigint,
    sum(greatest(old - new, 0))::bigint as gone,
    sum(greatest(new - old, 0))::bigint as added
from contents
group by snapshot_id
having gone + added > 0
order by snapshot_id
