-- metric: lost_projects
-- order:  78
-- topic:  value
-- zh:     丢单项目数
-- en:     Lost projects
-- also:   丢单项目
-- kind:   sum
-- unit:   count
-- better: lower
-- target-least: 0
-- grain:  period x account_id x case
-- interval: none
-- needs:  opportunities, opportunities.outcome, opportunities.closed_on
-- dated:  opportunities
-- dimensions: region, tier, account_manager, industry, account_id
-- evidence: opportunities
-- means-zh: 期内且截至截止日关闭、结果为丢单的商机个数；包括所有类型。
-- means-en: Opportunities lost and closed in the period and by the as-of date; every kind.
-- not-zh: 仍在进行的商机；没有关闭日期的丢单商机。
-- not-en: Open opportunities; lost ones without a closing date.
select
    p.period,
    o.account_id,
    o.opportunity_id,
    o.closed_on as happened_on,
    1 as numerator
from scoped.opportunities o
join as_of.period_months p on p.month = month_of(o.closed_on)
where o.outcome = 'lost'
