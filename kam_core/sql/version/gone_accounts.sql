-- Accounts that left the file and of which nobody said why, and their rows in force by table.
with accounts as materialized (
    $tables
),
gone as (
    select * from accounts
    where $is_gone
)
select name, sum(held)::bigint from gone group by all
union all
select 'accounts', count(distinct account_id) from history.accounts where $is_gone
