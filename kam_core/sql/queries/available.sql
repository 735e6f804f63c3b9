-- query: available
-- means: One row per loaded table: its newest snapshot, the days its facts lie on, the days it
--        speaks for.
select
    c.table_name,
    max(s.as_of) filter (where s.as_of <= as_of()) as newest_as_of,
    min(s.as_of) as first_as_of,
    count(*) as snapshots,
    arg_max(s.file_name, s.snapshot_id) as file_name,
    any_value(c.first_on) as first_on,
    any_value(c.last_on) as last_on,
    any_value(c.covers_from) as covers_from,
    any_value(c.covers_to) as covers_to
from as_of.coverage c
join meta.snapshots s using (table_name)
group by c.table_name
order by c.table_name
