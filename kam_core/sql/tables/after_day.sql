select
    '$table' as table_name,
    r.snapshot_id,
    r.line_no,
    r.account_id,
    to_json({
        'column': '$column',
        'value': r.$column::varchar,
        'other_value': ($day)::varchar
    }) as detail
from main.$table r
where $conditions
