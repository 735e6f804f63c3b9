-- metric: first_contact_resolution
-- order:  64
-- topic:  service
-- zh:     一次性解决率
-- en:     First-contact resolution
-- also:   first contact resolution
-- kind:   ratio
-- unit:   percent
-- better: higher
-- target-least: 0
-- target-most: 1
-- grain:  period x account_id x case
-- interval: wilson
-- needs:  tickets, tickets.resolved_at, tickets.contacts_to_resolve
-- dated:  tickets
-- dimensions: region, tier, account_manager, industry, account_id
-- evidence: tickets
-- means-zh: 期内且截至截止日已解决的服务单和投诉中，只接触一次就解决的占比。
-- means-en: Of the support tickets and complaints resolved in the period and by the as-of date,
--           the share that took a single contact.
-- not-zh: 尚未解决的服务单。没有填写接触次数的，按未能一次解决计（另外列出，可能改变 0 时不给出数值）。
-- not-en: Tickets not yet resolved. One that does not say how many contacts it took counts as
--         not resolved at once (told beside the figure, which is then never 0).
select
    p.period,
    t.account_id,
    t.ticket_id,
    (t.contacts_to_resolve = 1)::integer as numerator,
    1 as denominator
from scoped.tickets t
join as_of.period_months p on p.month = month_of(t.resolved_at)
-- beside: without_contacts
select p.period, t.account_id, t.ticket_id
from scoped.tickets t
join as_of.period_months p on p.month = month_of(t.resolved_at)
where t.contacts_to_resolve is null
