-- Rows in force by table whose account was known once and is not any more, and these accounts.
with accounts as materialized (
    $tables
),
gone as (
    select * from accounts
    where $is_gone
)
select name, sum(held)::bigint from gone group by all
union all
select 'accounts', count(distinct account_id) from gone
