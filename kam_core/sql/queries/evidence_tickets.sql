-- query: evidence_tickets
-- parameters: periods, metric, account, most
-- means: The tickets behind a metric, of one account or all, with what each adds above and below the
--        line, and the uploaded file and line it came from.
with spans as (
    select period, starts_on, ends_on, true as is_current
    from as_of.periods
    union all
    select
        period,
        (starts_on - interval 12 month)::date,
        (ends_on + 1 - interval 12 month)::date - 1,
        false
    from as_of.periods
    where $metric = 'complaints_yoy'
),
counted as (
    select
        p.period,
        p.is_current,
        t.*,
        r.waited_microseconds,
        r.is_answered,
        r.is_late
    from scoped.tickets t
    join spans p
        on case $metric when 'first_contact_resolution' then t.resolved_at else t.opened_at end
            >= p.starts_on
        and case $metric when 'first_contact_resolution' then t.resolved_at else t.opened_at end
            < p.ends_on + 1
    left join scoped.first_responses r using (ticket_id)
    where case
        when $metric = 'first_contact_resolution' then true
        when $metric in ('complaints', 'complaints_yoy') then t.kind = 'complaint'
        when $metric = 'response_within_sla' then r.is_answered or r.is_late
        else r.is_answered
    end
)
select
    t.period,
    t.account_id,
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
    case when t.is_answered then t.waited_microseconds / 3600e6 end as answered_in_hours,
    case $metric
        when 'response_hours' then t.waited_microseconds
        when 'response_within_sla' then (not t.is_late)::integer
        when 'first_contact_resolution'
            then coalesce(t.contacts_to_resolve = 1, false)::integer
        when 'complaints' then 1
        when 'complaints_yoy' then t.is_current::integer
    end as numerator,
    case $metric
        when 'complaints' then null
        when 'complaints_yoy' then (not t.is_current)::integer
        else 1
    end as denominator,
    s.file_name,
    t.line_no,
    t.snapshot_id
from counted t
join scoped.tiered_account_periods d using (period, account_id)
join scoped.accounts a using (account_id)
left join meta.snapshots s on s.snapshot_id = t.snapshot_id
where is_tier_in_scope(d.tier)
    and ($account is null or t.account_id = $account)
order by t.period, t.opened_at, t.ticket_id
limit $most
