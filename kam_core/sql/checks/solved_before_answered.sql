-- check:  solved_before_answered
-- tables: needs
-- needs:  needs
-- means:  The need was solved before anybody answered it. Both times may still follow its raising,
--         so this is not the impossible order that leaves a row out of figures about durations.
select
    'needs' as table_name,
    snapshot_id,
    line_no,
    account_id,
    to_json({
        'column': 'resolved_at',
        'value': resolved_at::varchar,
        'other_column': 'responded_at',
        'other_value': responded_at::varchar
    }) as detail
from main.needs
where resolved_at < responded_at
