-- query: account_history
-- parameters: account_id
-- means: Everything known of one account in order of time, each row with the upload and line it
--        came from.
with events (on_day, source, kind, status, id, amount, text, snapshot_id, line_no) as (
    select
        coalesce(occurred_at::date, planned_for), 'interactions', kind, status, interaction_id,
        null::decimal(18, 2), coalesce(subject, notes), snapshot_id, line_no
    from scoped.interactions where account_id = $account_id
    union all
    select
        raised_at::date, 'needs', 'raised', category, need_id, null, description,
        snapshot_id, line_no
    from scoped.needs where account_id = $account_id
    union all
    select
        responded_at::date, 'needs', 'responded', category, need_id, null, description,
        snapshot_id, line_no
    from scoped.needs where account_id = $account_id and responded_at is not null
    union all
    select
        resolved_at::date, 'needs', 'resolved', category, need_id, null, description,
        snapshot_id, line_no
    from scoped.needs where account_id = $account_id and resolved_at is not null
    union all
    select ordered_on, 'orders', kind, null, order_id, amount, product, snapshot_id, line_no
    from scoped.orders where account_id = $account_id
    union all
    select
        starts_on, 'contracts', 'starts', renewed::varchar, contract_id, amount, null,
        snapshot_id, line_no
    from scoped.contracts where account_id = $account_id
    union all
    select
        coalesce(closed_on, opened_on), 'opportunities', kind, outcome, opportunity_id, amount,
        lost_reason, snapshot_id, line_no
    from scoped.opportunities where account_id = $account_id
    union all
    select
        opened_at::date, 'tickets', kind, case when resolved_at is null then 'open' else 'resolved'
        end, ticket_id, null, topic, snapshot_id, line_no
    from scoped.tickets where account_id = $account_id
    union all
    select
        surveyed_on, 'surveys', 'score', score::varchar, survey_id, null, null,
        snapshot_id, line_no
    from scoped.surveys where account_id = $account_id
    union all
    select lost_on, 'accounts', 'lost', status, account_id, null, null, snapshot_id, line_no
    from scoped.accounts where account_id = $account_id and lost_on is not null
)
select * from events order by on_day, source, id, kind
