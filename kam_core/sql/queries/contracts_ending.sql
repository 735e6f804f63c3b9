-- query: contracts_ending
-- means: Contracts that end after the as-of day and within the days of the settings, soonest first,
--        with the last completed interaction and the next planned one of the account.
with contacts as (
    select
        account_id,
        (max(occurred_at) filter (where status = 'completed'))::date as last_contact_on,
        min(planned_for) filter (where status = 'planned' and planned_for > as_of())
            as next_planned_on
    from scoped.interactions
    group by all
)
select
    c.contract_id,
    c.account_id,
    a.account_name,
    a.region,
    a.account_manager,
    a.tier,
    c.ends_on,
    c.ends_on - as_of() as days_left,
    c.ends_on <= as_of() + setting('renewals.soon_days')::integer as is_soon,
    c.amount,
    i.last_contact_on,
    i.next_planned_on,
    c.snapshot_id,
    c.line_no
from scoped.contracts c
join scoped.shown_accounts a using (account_id)
left join contacts i using (account_id)
where c.ends_on > as_of() and c.ends_on <= as_of() + setting('renewals.ahead_days')::integer
order by c.ends_on, c.amount desc, c.contract_id
