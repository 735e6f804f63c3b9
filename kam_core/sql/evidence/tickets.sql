-- evidence: tickets
-- means: The tickets behind a figure.
select
    r.period,
    r.account_id,
    a.account_name,
    d.region,
    d.account_manager,
    d.tier,
    t.ticket_id,
    t.kind,
    t.topic,
    t.opened_at,
    t.first_response_at,
    t.resolved_at,
    t.contacts_to_resolve,
    f.waited_microseconds / 3600e6 as answered_in_hours,
    r.numerator::bigint as numerator,
    r.denominator as denominator,
    s.file_name,
    t.line_no,
    t.snapshot_id
from counted r
join scoped.tickets t using (ticket_id)
join scoped.tiered_account_periods d
    on d.period = r.period and d.account_id = r.account_id
join scoped.accounts a on a.account_id = r.account_id
left join scoped.first_responses f on f.ticket_id = t.ticket_id
left join meta.snapshots s on s.snapshot_id = t.snapshot_id
where is_tier_in_scope(d.tier) and ($account is null or r.account_id = $account)
order by r.period, t.opened_at, t.ticket_id
limit $most
