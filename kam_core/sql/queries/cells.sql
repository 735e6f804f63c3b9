-- query: cells
-- means: Cells that could not be read, as received, with the reason, of rows that were let in without
--        them, and what is left to do about each (state, see meta.cell_states). As with quarantined
--        rows, only a viewer who sees every region of the data gets them.
select *
from meta.cell_states
where as_of() is not null
    and not exists (select 1 from history.accounts where not is_region_in_scope(region))
    and getvariable('regions')::varchar[] is not null
order by snapshot_id, line_no, column_name
