-- check:  after_loss
-- tables: interactions, orders, contracts, opportunities
-- needs:  accounts
-- means:  Business with an account after the day on which it was lost: an order, a completed
--         interaction, a new contract or opportunity. The day of loss itself is still an active day.
with dated as (
    select
        'interactions' as table_name, snapshot_id, line_no, account_id, 'occurred_at' as named,
        occurred_at::date as day
    from main.interactions
    where status = 'completed'
    union all
    select 'orders', snapshot_id, line_no, account_id, 'ordered_on', ordered_on from main.orders
    union all
    select 'contracts', snapshot_id, line_no, account_id, 'starts_on', starts_on from main.contracts
    union all
    select 'opportunities', snapshot_id, line_no, account_id, 'opened_on', opened_on
    from main.opportunities
)
select
    d.table_name,
    d.snapshot_id,
    d.line_no,
    d.account_id,
    to_json({
        'column': d.named,
        'value': d.day::varchar,
        'other_column': 'lost_on',
        'other_value': a.lost_on::varchar
    }) as detail
from dated d
join main.accounts a using (account_id)
where d.day > a.lost_on
