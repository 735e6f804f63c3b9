-- Problems of rows of uploads that both files hold, set apart in one of them only. The files are
-- attached as `before` and `after`.
with shared as (
    select snapshot_id from before.meta.snapshots
    intersect
    select snapshot_id from after.meta.snapshots
),
old as (
    select snapshot_id, line_no, table_name, unnest(codes) as code
    from before.meta.quarantine semi join shared using (snapshot_id)
),
new as (
    select snapshot_id, line_no, table_name, unnest(codes) as code
    from after.meta.quarantine semi join shared using (snapshot_id)
),
changes as (
    select 'set_apart' as change, * from (from new except all from old)
    union all
    select 'let_in', * from (from old except all from new)
)
select change, table_name, code, count(*) from changes group by all order by all
