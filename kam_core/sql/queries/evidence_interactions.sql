-- query: evidence_interactions
-- parameters: periods, metric, account, most
-- means: The completed interactions behind a metric, of one account or all, with what each adds above
--        and below the line, and the uploaded file and line it came from.
with spans as (
    select
        period,
        ends_on,
        case
            when $metric = 'contact_coverage'
                then (least(ends_on, as_of()) + 1 - interval 6 month)::date
            else starts_on
        end as first_on
    from as_of.periods
)
select
    p.period,
    i.account_id,
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
    case $metric
        when 'match_rate' then (m.is_matched)::integer
        when 'routine_share' then (not m.is_matched)::integer
        when 'match_rate_hours' then case when m.is_matched then i.duration_hours else 0 end
        when 'hours_per_manager_week' then i.duration_hours
        when 'personalised_share'
            then case when i.work_type = 'personalised' then i.duration_hours else 0 end
        when 'legacy_share'
            then case when i.work_type = 'legacy_issue' then i.duration_hours else 0 end
    end as numerator,
    case
        when $metric in ('match_rate', 'routine_share') then 1
        when $metric in ('match_rate_hours', 'personalised_share', 'legacy_share')
            then i.duration_hours
    end as denominator,
    s.file_name,
    i.line_no,
    i.snapshot_id
from scoped.interactions i
join spans p on i.occurred_at >= p.first_on and i.occurred_at < p.ends_on + 1
join scoped.tiered_account_periods d using (period, account_id)
join scoped.accounts a using (account_id)
left join scoped.maintenance m using (interaction_id)
left join meta.snapshots s on s.snapshot_id = i.snapshot_id
where i.status = 'completed'
    and is_tier_in_scope(d.tier)
    and ($account is null or i.account_id = $account)
    and case
        when $metric = 'contact_coverage' then i.contact_level is not null
        when $metric = 'hours_per_manager_week'
            then m.interaction_id is not null and i.owner is not null
                and i.duration_hours is not null
        when $metric in ('match_rate', 'routine_share') then m.interaction_id is not null
        else m.interaction_id is not null and i.duration_hours is not null
    end
order by p.period, i.occurred_at, i.interaction_id
limit $most
