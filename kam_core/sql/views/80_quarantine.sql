-- Quarantined rows with what is left to do about each. state: open, or why nothing is: returned (the row
-- came back in a later upload, whatever became of it then), not_corrected (the row it came from is listed),
-- replaced (a later upload was the whole table), nothing_to_do (a row of totals and the like, no data).
create view meta.quarantine_states as
with came_back as (
    select distinct r.of_snapshot as snapshot_id, r.of_line as line_no
    from meta.returned r
    join meta.snapshots s on s.snapshot_id = r.of_snapshot and starts_with(s.sha256, r.of_sha256)
    where r.of_snapshot < r.snapshot_id
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
        when q.codes = ['not_corrected'] then 'not_corrected'
        when (s.as_of, s.snapshot_id) < w.place then 'replaced'
        when list_has_all(
            ['totals_row', 'footer', 'repeated_header', 'units_row', 'duplicate_row'], q.codes
        ) then 'nothing_to_do'
        else 'open'
    end as state
from meta.quarantine q
join meta.snapshots s using (snapshot_id)
left join came_back c on c.snapshot_id = q.snapshot_id and c.line_no = q.line_no
left join last_whole w on w.table_name = q.table_name;
