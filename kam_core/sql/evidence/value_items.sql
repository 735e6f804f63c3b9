-- evidence: value_items
-- means: The items of the lifetime profit, with their sign.
select
    r.period,
    r.account_id,
    a.account_name,
    d.region,
    d.account_manager,
    d.tier,
    v.dated_on,
    v.component,
    v.amount,
    r.numerator as numerator,
    r.denominator as denominator,
    s.file_name,
    v.line_no,
    v.snapshot_id
from counted r
join scoped.value_items v using (account_id, dated_on, component)
join scoped.tiered_account_periods d
    on d.period = r.period and d.account_id = r.account_id
join scoped.accounts a on a.account_id = r.account_id
left join meta.snapshots s on s.snapshot_id = v.snapshot_id
where is_tier_in_scope(d.tier) and ($account is null or r.account_id = $account)
order by r.period, v.dated_on, r.account_id, v.component
limit $most
