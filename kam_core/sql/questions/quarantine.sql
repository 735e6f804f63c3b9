-- question: quarantine
-- means: Rows that were not let in, as received, with every reason. A rejected row has no region,
--        so only a viewer who sees every region of the data gets them.
select q.*, s.file_name, s.as_of
from meta.quarantine q
join meta.snapshots s using (snapshot_id)
where as_of() is not null
    and not exists (select 1 from history.accounts where not is_region_in_scope(region))
    and getvariable('regions')::varchar[] is not null
order by q.snapshot_id, q.line_no
