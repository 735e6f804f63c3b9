-- check:  repeated_order
-- tables: orders
-- needs:  orders
-- means:  The order agrees with one of a smaller id in account, day, amount, product and kind. Lines
--         of one order that differ in their product are no repeats.
with first_of_kind as (
    select account_id, ordered_on, amount, product, kind, min(order_id) as order_id
    from main.orders
    where amount <> 0
    group by all
    having count(*) > 1
)
select
    'orders' as table_name,
    o.snapshot_id,
    o.line_no,
    o.account_id,
    to_json({
        'column': 'order_id', 'value': o.order_id, 'other_value': f.order_id
    }) as detail
from main.orders o
join first_of_kind f
    on f.account_id = o.account_id
    and f.ordered_on = o.ordered_on
    and f.amount = o.amount
    and f.product is not distinct from o.product
    and f.kind is not distinct from o.kind
where o.order_id <> f.order_id
