-- check:  shares_not_whole
-- tables: every
-- needs:
-- means:  Shares said to be of one whole do not add to 100 %. In the contract these are the targets
--         for match rate and routine share. Among further columns they are those whose headers say
--         that they are shares and have their first or last word in common (in Chinese their first or
--         last two characters), if they come near 100 % in most rows. What rounding explains
--         is no fault, and a row with an empty or unreadable share is not judged.
with of_one_whole as (
    select
        'targets' as table_name, r.snapshot_id, r.line_no, null::varchar as account_id,
        'match_rate + routine_share' as named,
        (m.target + r.target) * 100 as total
    from main.targets m
    join main.targets r
        on r.quarter = m.quarter
        and coalesce(trim(r.region), '') = coalesce(trim(m.region), '')
        and coalesce(trim(r.tier), '') = coalesce(trim(m.tier), '')
        and r.scheme is not distinct from m.scheme
        and r.owner is not distinct from m.owner
    where m.metric = 'match_rate' and r.metric = 'routine_share' and m.target + r.target <> 1
),
marked as materialized (
    select * from main.further_cells where regexp_matches(extra, '(?i)[%％]|占比|share|percent|pct')
),
headers as (
    select table_name, header, regexp_split_to_array(
        trim(
            regexp_replace(
                lower(header), '[%％]|占比|shares?|percent(age)?|pct|[\s\pP\pZ_]+', ' ', 'g'
            )
        ),
        ' +'
    ) as words
    from (select distinct table_name, unnest(json_keys(extra)) as header from marked)
    where regexp_matches(header, '(?i)[%％]|占比|share|percent|pct')
),
stems as (
    select table_name, header, unnest(
        case
            when len(words) > 1 then ['^' || words[1], words[-1] || '$']
            when regexp_matches(words[1], '\p{Han}')
                then ['^' || left(words[1], 2), right(words[1], 2) || '$']
            else []
        end
    ) as stem
    from headers
),
alike as (
    select distinct table_name, headers
    from (
        select table_name, stem, list(header order by header) as headers
        from stems
        group by all
        having count(*) > 1
    )
),
cells as (
    select
        m.table_name, m.snapshot_id, m.line_no, m.account_id, h.header,
        json_extract_string(m.extra, '/' || replace(replace(h.header, '~', '~0'), '/', '~1'))
            as written
    from marked m
    join headers h using (table_name)
),
shares as (
    select
        * exclude (written),
        try_cast(regexp_replace(written, '[%％\s]', '', 'g') as decimal(12, 4)) as share,
        regexp_matches(written, '[%％]') as is_percent,
        length(regexp_extract(written, '\.(\d+)', 1)) as decimals
    from cells
),
sums as (
    select
        s.table_name, s.snapshot_id, s.line_no, s.account_id, a.headers,
        sum(s.share) as written_total,
        if(max(s.share) <= 1 and not bool_or(s.is_percent), 100, 1) as scale,
        len(a.headers) * 0.5 * power(10.0, -max(s.decimals)) as rounding
    from shares s
    join alike a on a.table_name = s.table_name and list_contains(a.headers, s.header)
    group by s.table_name, s.snapshot_id, s.line_no, s.account_id, a.headers
    having count(s.share) = len(a.headers)
),
totals as (
    select * exclude (written_total, scale), written_total * scale as total, rounding * scale as rounded
    from sums
),
wholes as (
    select table_name, headers
    from totals
    group by all
    having avg(
        (total between setting('shares.whole_from') and setting('shares.whole_to'))::integer
    ) >= setting('shares.near_rows')
),
said_of_one_whole as (
    select w.*
    from wholes w
    where not exists (
        select 1
        from wholes wider
        where wider.table_name = w.table_name
            and len(wider.headers) > len(w.headers)
            and list_has_all(wider.headers, w.headers)
    )
)
select
    table_name, snapshot_id, line_no, account_id,
    to_json({'column': named, 'value': rtrim(rtrim(total::varchar, '0'), '.') || '%'}) as detail
from (
    from of_one_whole
    union all
    select
        table_name, snapshot_id, line_no, account_id, array_to_string(headers, ' + '), total
    from totals
    join said_of_one_whole using (table_name, headers)
    where abs(total - 100) >= rounded
)
