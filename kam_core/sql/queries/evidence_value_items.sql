-- query: evidence_value_items
-- parameters: periods, metric, account, most
-- means: The items of the lifetime profit, of one account or all, with their sign, and the uploaded
--        file and line each came from.
select
    p.period,
    v.account_id,
    a.account_name,
    d.region,
    d.account_manager,
    d.tier,
    v.dated_on,
    v.component,
    v.amount,
    case
        when v.component in ('acquisition_cost', 'price_concession', 'referral_damage')
            then -v.amount
        else v.amount
    end as numerator,
    null::integer as denominator,
    s.file_name,
    v.line_no,
    v.snapshot_id
from scoped.value_items v
join as_of.periods p on v.dated_on <= p.ends_on
join scoped.tiered_account_periods d using (period, account_id)
join scoped.accounts a using (account_id)
left join meta.snapshots s on s.snapshot_id = v.snapshot_id
where $metric = 'clv'
    and is_tier_in_scope(d.tier)
    and ($account is null or v.account_id = $account)
order by p.period, v.dated_on, v.account_id, v.component
limit $most
