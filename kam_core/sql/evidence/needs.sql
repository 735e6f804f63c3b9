-- evidence: needs
-- means: The needs behind a figure.
select
    r.period,
    r.account_id,
    a.account_name,
    d.region,
    d.account_manager,
    d.tier,
    n.need_id,
    n.category,
    n.description,
    n.raised_at,
    n.responded_at,
    n.resolved_at,
    w.waited_microseconds / 86400e6 as answered_in_days,
    r.numerator as numerator,
    r.denominator as denominator,
    s.file_name,
    n.line_no,
    n.snapshot_id
from counted r
join scoped.needs n using (need_id)
join scoped.tiered_account_periods d
    on d.period = r.period and d.account_id = r.account_id
join scoped.accounts a on a.account_id = r.account_id
left join scoped.need_answers w on w.need_id = n.need_id
left join meta.snapshots s on s.snapshot_id = n.snapshot_id
where is_tier_in_scope(d.tier) and ($account is null or r.account_id = $account)
order by r.period, n.raised_at, n.need_id
limit $most
