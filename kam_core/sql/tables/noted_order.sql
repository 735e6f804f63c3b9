select
    '$table' as table_name,
    r.snapshot_id,
    r.line_no,
    r.account_id,
    to_json({
        'column': $column,
        'value': ($value)::varchar,
        'other_column': $other_column,
        'other_value': ($other_value)::varchar
    }) as detail
from main.$table r$accounts
where $conditions
