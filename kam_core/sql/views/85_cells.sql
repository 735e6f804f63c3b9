-- Cells set apart with what is left to do about each. state: open, or why nothing is: returned (the row
-- came back in a later upload), replaced (a later upload was the whole table).
create view meta.cell_states as
with last_whole as (
    select table_name, max((as_of, snapshot_id)) as place
    from meta.snapshots
    where mode = 'full'
    group by 1
)
select
    c.*,
    s.file_name,
    s.as_of,
    case
        when exists (
            select 1
            from meta.returned r
            where r.of_snapshot = c.snapshot_id and r.of_line = c.line_no
        ) then 'returned'
        when (s.as_of, s.snapshot_id) < w.place then 'replaced'
        else 'open'
    end as state
from meta.cells c
join meta.snapshots s using (snapshot_id)
left join last_whole w on w.table_name = c.table_name;
