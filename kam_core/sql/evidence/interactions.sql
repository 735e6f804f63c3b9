-- evidence: interactions
-- means: The completed interactions behind a figure.
select
    r.period,
    r.account_id,
    a.account_name,
    d.region,
    d.account_manager,
    d.tier,
    i.interaction_id,
    i.occurred_at,
    i.kind,
    i.owner,
    i.duration_hours,
    i.work_type,
    i.contact_level,
    i.need_id,
    r.numerator::decimal(24, 6) as numerator,
    r.denominator::decimal(24, 6) as denominator,
    s.file_name,
    i.line_no,
    i.snapshot_id
from counted r
join scoped.interactions i using (interaction_id)
join scoped.tiered_account_periods d
    on d.period = r.period and d.account_id = r.account_id
join scoped.accounts a on a.account_id = r.account_id
left join meta.snapshots s on s.snapshot_id = i.snapshot_id
where is_tier_in_scope(d.tier) and ($account is null or r.account_id = $account)
order by r.period, i.occurred_at, i.interaction_id
limit $most
