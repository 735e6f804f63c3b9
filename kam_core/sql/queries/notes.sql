-- query: notes
-- means: Rows in force that another row throws doubt on, with the reason (see kam_core/sql/checks).
--        They are counted all the same. What lies outside the viewer's regions is not named: a need
--        of an account there is an unknown need, and a name borne there is no repeat. A note on a
--        whole table is shown to a viewer who sees every region of the data. An account that is void
--        is in no view, so its own rows say which region it is of.
with seen as (
    select
        n.* replace (
            if(is_foreign and n.code = 'need_of_another_account', 'unknown_need', n.code) as code,
            if(is_foreign, json_merge_patch(n.detail, '{"other_account_id": null}'), n.detail)::varchar
                as detail
        ),
        is_foreign and n.code <> 'need_of_another_account' as is_hidden
    from (
        select
            *,
            coalesce(
                detail ->> 'other_account_id' not in (select account_id from scoped.account_ids), false
            ) as is_foreign
        from meta.notes
    ) n
    where n.account_id in (select account_id from scoped.account_ids)
        or (
            n.code = 'account_not_counted'
            and n.account_id in (
                select account_id
                from history.accounts
                group by account_id
                having bool_and(is_region_in_scope(region))
            )
        )
        or (
            n.account_id is null
            and getvariable('regions')::varchar[] is not null
            and not exists (select 1 from history.accounts where not is_region_in_scope(region))
        )
)
select seen.* exclude (is_foreign, is_hidden), s.file_name, s.as_of
from seen
join meta.snapshots s using (snapshot_id)
where as_of() is not null and not is_hidden
order by seen.table_name, seen.code, seen.snapshot_id, seen.line_no
