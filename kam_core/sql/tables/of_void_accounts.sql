with void_accounts as materialized (
    select * exclude (void)
    from (
        select distinct on (account_id) account_id, snapshot_id, line_no, void
        from history.accounts
        where valid_from is distinct from valid_to
        order by account_id, valid_from desc
    )
    where void
),
noted as materialized (
    select r.*
    from ($rows) r
    semi join void_accounts using (account_id)
    where $is_noted
)
select *, to_json({'column': 'account_id', 'value': account_id}) as detail
from (
    from noted
    union all by name
    select 'accounts' as table_name, *
    from void_accounts
    semi join noted using (account_id)
)
