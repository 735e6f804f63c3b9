-- Quarantined rows with what is left to do about each. state: open, or why nothing is: returned (the row
-- came back in a later upload, whatever became of it then), not_corrected (the row it came from is listed),
-- replaced (a later upload was the whole table), nothing_to_do (a row of totals and the like, no data).
create view meta.quarantine_states as
with untouched as (
    select snapshot_id, line_no from meta.quarantine where codes = ['not_corrected']
),
-- The row may have been set apart by several uploads of the same bytes.
came_back as (
    select distinct same.snapshot_id, r.of_line as line_no
    from meta.returned r
    anti join untouched on untouched.snapshot_id = r.snapshot_id and untouched.line_no = r.line_no
    join meta.snapshots correction on correction.snapshot_id = r.snapshot_id
    join meta.snapshots original on original.snapshot_id = r.of_snapshot
    join meta.snapshots same
        on same.sha256 = original.sha256
        and same.file_name = original.file_name
        and same.table_name = original.table_name
        and (same.as_of, same.snapshot_id) < (correction.as_of, correction.snapshot_id)
),
listed_where_it_came_from as (
    select u.snapshot_id, u.line_no
    from untouched u
    join meta.returned r using (snapshot_id, line_no)
    join meta.snapshots original on original.snapshot_id = r.of_snapshot
),
last_whole as (
    select table_name, max((as_of, snapshot_id)) as place
    from meta.snapshots
    where mode = 'full'
    group by 1
)
select
    q.*,
    s.file_name,
    s.as_of,
    case
        when c.snapshot_id is not null then 'returned'
        when l.snapshot_id is not null then 'not_corrected'
        when (s.as_of, s.snapshot_id) < w.place then 'replaced'
        when list_has_all(
            ['totals_row', 'footer', 'repeated_header', 'units_row', 'duplicate_row'], q.codes
        ) then 'nothing_to_do'
        else 'open'
    end as state
from meta.quarantine q
join meta.snapshots s using (snapshot_id)
left join came_back c on c.snapshot_id = q.snapshot_id and c.line_no = q.line_no
left join listed_where_it_came_from l on l.snapshot_id = q.snapshot_id and l.line_no = q.line_no
left join last_whole w on w.table_name = q.table_name;
