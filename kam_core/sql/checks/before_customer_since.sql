-- check:  before_customer_since
-- tables: interactions, needs, orders, contracts, tickets
-- needs:  accounts
-- means:  The row is dated before its account became a customer.
with dated as (
    select
        'interactions' as table_name, snapshot_id, line_no, account_id,
        if(occurred_at is null, 'planned_for', 'occurred_at') as named,
        coalesce(occurred_at::date, planned_for) as day
    from main.interactions
    union all
    select 'needs', snapshot_id, line_no, account_id, 'raised_at', raised_at::date from main.needs
    union all
    select 'orders', snapshot_id, line_no, account_id, 'ordered_on', ordered_on from main.orders
    union all
    select 'contracts', snapshot_id, line_no, account_id, 'starts_on', starts_on from main.contracts
    union all
    select 'tickets', snapshot_id, line_no, account_id, 'opened_at', opened_at::date
    from main.tickets
)
select
    d.table_name,
    d.snapshot_id,
    d.line_no,
    d.account_id,
    to_json({
        'column': d.named,
        'value': d.day::varchar,
        'other_column': 'customer_since',
        'other_value': a.customer_since::varchar
    }) as detail
from dated d
join main.accounts a using (account_id)
where d.day < a.customer_since
