-- metric: cross_sell_conversion
-- order:  77
-- topic:  value
-- zh:     交叉销售转化率
-- en:     Cross-sell conversion
-- kind:   ratio
-- unit:   percent
-- better: higher
-- target-least: 0
-- target-most: 1
-- grain:  period x account_id x case
-- interval: wilson
-- needs:  opportunities, opportunities.kind, opportunities.outcome, opportunities.closed_on
-- dated:  opportunities
-- dimensions: region, tier, account_manager, industry, account_id
-- evidence: opportunities
-- means-zh: 期内且截至截止日关闭的交叉销售和追加销售商机中，赢单的占比（按个数计）。
-- means-en: Of the cross-sell and upsell opportunities closed in the period and by the as-of
--           date, the share won (by number).
-- not-zh: 仍在进行的商机；新购和续约商机。
-- not-en: Open opportunities; new business and renewals.
select
    p.period,
    o.account_id,
    o.opportunity_id,
    (o.outcome = 'won')::integer as numerator,
    1 as denominator
from scoped.opportunities o
join as_of.period_months p on p.month = month_of(o.closed_on)
where o.kind in ('cross_sell', 'upsell') and o.outcome in ('won', 'lost')
