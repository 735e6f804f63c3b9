-- metric: lost_projects_amount
-- order:  79
-- topic:  value
-- zh:     丢单金额
-- en:     Amount of lost projects
-- kind:   sum
-- unit:   money
-- better: lower
-- target-least: 0
-- grain:  period x account_id x case
-- interval: none
-- needs:  opportunities, opportunities.outcome, opportunities.closed_on, opportunities.amount
-- dated:  opportunities
-- dimensions: region, tier, account_manager, industry, account_id
-- evidence: opportunities
-- means-zh: 期内且截至截止日关闭、结果为丢单的商机金额合计。
-- means-en: Sum of the amounts of opportunities lost and closed in the period and by the as-of
--           date.
-- not-zh: 仍在进行的商机；没有关闭日期的丢单商机。没有金额的不增加合计（另外列出，可能改变 0 时不给出数值）。
-- not-en: Open opportunities; lost ones without a closing date. One without an
--         amount adds nothing (told beside the figure, which is then never 0).
select
    p.period,
    o.account_id,
    o.opportunity_id,
    o.closed_on as happened_on,
    o.amount as numerator
from scoped.opportunities o
join as_of.period_months p on p.month = month_of(o.closed_on)
where o.outcome = 'lost'
-- beside: without_amount
select p.period, o.account_id, o.opportunity_id
from scoped.opportunities o
join as_of.period_months p on p.month = month_of(o.closed_on)
where o.outcome = 'lost' and o.amount is null
