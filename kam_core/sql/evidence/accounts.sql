-- evidence: accounts
-- means: The accounts behind a figure.
select
    r.period,
    r.account_id,
    a.account_name,
    d.region,
    d.account_manager,
    a.expert_manager,
    d.tier,
    a.status,
    a.customer_since,
    a.lost_on,
    r.numerator as numerator,
    r.denominator as denominator,
    s.file_name,
    a.line_no,
    a.snapshot_id
from counted r
join scoped.accounts a using (account_id)
join scoped.tiered_account_periods d
    on d.period = r.period and d.account_id = r.account_id
left join meta.snapshots s on s.snapshot_id = a.snapshot_id
where is_tier_in_scope(d.tier) and ($account is null or r.account_id = $account)
order by r.period, numerator desc, r.account_id
limit $most
