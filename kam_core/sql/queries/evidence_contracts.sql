-- query: evidence_contracts
-- parameters: periods, metric, account, most
-- means: The contracts behind a metric, of one account or all, with what each adds above and below
--        the line, and the uploaded file and line it came from.
select
    p.period,
    c.account_id,
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
    case $metric
        when 'renewal_rate' then coalesce(c.renewed, false)::integer
        when 'renewal_uplift' then c.renewal_amount
    end as numerator,
    case $metric when 'renewal_rate' then 1 when 'renewal_uplift' then c.amount end as denominator,
    s.file_name,
    c.line_no,
    c.snapshot_id
from scoped.contracts c
join as_of.periods p on c.ends_on between p.starts_on and least(p.ends_on, as_of())
join scoped.tiered_account_periods d using (period, account_id)
join scoped.accounts a using (account_id)
left join meta.snapshots s on s.snapshot_id = c.snapshot_id
where is_tier_in_scope(d.tier)
    and ($account is null or c.account_id = $account)
    and ($metric = 'renewal_rate' or (c.renewed and c.renewal_amount is not null))
order by p.period, c.ends_on, c.contract_id
limit $most
