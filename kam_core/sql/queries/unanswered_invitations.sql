-- query: unanswered_invitations
-- means: Invitations by customers without an answer after the standard, longest waiting first.
select
    i.interaction_id,
    i.account_id,
    a.account_name,
    a.region,
    a.account_manager,
    a.tier,
    i.invited_on,
    i.working_days,
    i.subject,
    i.notes,
    i.snapshot_id,
    i.line_no
from scoped.unanswered_invitations i
join scoped.shown_accounts a using (account_id)
order by i.invited_on, i.interaction_id
