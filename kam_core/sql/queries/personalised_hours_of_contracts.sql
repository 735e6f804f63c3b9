-- query: personalised_hours_of_contracts
-- means: Contracts that ended and are decided, as far as both tables speak, with the personalised hours of their account in the
--        twelve months up to the end. Where interactions begin later than that, the hours are null.
with ended as (
    select *, (ends_on + 1 - interval 12 month)::date as first_day
    from scoped.ended_contracts
    where is_decided and ends_on <= coalesce(day_of('interactions'), ends_on)
),
spent as (
    select c.contract_id, sum(m.duration_hours) as hours
    from ended c
    join scoped.maintenance m
        on m.account_id = c.account_id
        and m.occurred_at::date >= c.first_day
        and m.occurred_at::date <= c.ends_on
    where m.work_type = 'personalised'
    group by all
),
told as (
    select min(whole_from) as since from as_of.coverage where table_name = 'interactions'
)
select
    c.contract_id,
    c.account_id,
    a.account_name,
    a.region,
    a.account_manager,
    a.tier,
    c.starts_on,
    c.ends_on,
    c.amount,
    coalesce(c.renewed, false) as renewed,
    c.renewal_amount,
    case when c.first_day >= t.since then coalesce(s.hours, 0) end as personalised_hours,
    c.snapshot_id,
    c.line_no
from ended c
join scoped.shown_accounts a using (account_id)
cross join told t
left join spent s using (contract_id)
order by c.ends_on, c.contract_id
