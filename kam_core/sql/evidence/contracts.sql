-- evidence: contracts
-- means: The contracts behind a figure.
select
    r.period,
    r.account_id,
    a.account_name,
    d.region,
    d.account_manager,
    d.tier,
    c.contract_id,
    c.starts_on,
    c.ends_on,
    c.amount,
    c.renewed,
    c.renewal_amount,
    r.numerator::decimal(18, 2) as numerator,
    r.denominator::decimal(18, 2) as denominator,
    s.file_name,
    c.line_no,
    c.snapshot_id
from counted r
join scoped.contracts c using (contract_id)
join scoped.tiered_account_periods d
    on d.period = r.period and d.account_id = r.account_id
join scoped.accounts a on a.account_id = r.account_id
left join meta.snapshots s on s.snapshot_id = c.snapshot_id
where is_tier_in_scope(d.tier) and ($account is null or r.account_id = $account)
order by r.period, c.ends_on, c.contract_id
limit $most
