-- check:  renewed_without_amount
-- tables: contracts
-- needs:  contracts
-- means:  The contract was renewed, but nothing says for how much.
select
    'contracts' as table_name,
    snapshot_id,
    line_no,
    account_id,
    to_json({'column': 'renewal_amount', 'value': ''}) as detail
from main.contracts
where renewed and renewal_amount is null
