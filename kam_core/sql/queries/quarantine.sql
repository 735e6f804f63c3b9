-- query: quarantine
-- means: Rows that were not let in, as received, with every reason, and what is left to do about
--        each (state, see meta.quarantine_states). A rejected row has no region, so only a viewer
--        who sees every region of the data gets them.
select *
from meta.quarantine_states
where as_of() is not null
    and not exists (select 1 from history.accounts where not is_region_in_scope(region))
    and getvariable('regions')::varchar[] is not null
order by snapshot_id, line_no
