-- metric: clv
-- order:  81
-- topic:  value
-- zh:     生命周期利润
-- en:     Lifetime profit
-- kind:   sum
-- unit:   money
-- better: higher
-- target-least: -inf
-- grain:  period x account_id
-- reads: day
-- interval: none
-- needs:  value_items
-- dated:  value_items
-- dimensions: region, tier, account_manager, industry, account_id
-- evidence: value_items
-- means-zh: 截至统计日（期末，或未到期末时的截止日）的累计值：基础利润、交叉销售利润、成本节约与推荐利润之和，减去获客成本、价格让利和负面口碑损失。
-- means-en: Everything up to the day it is read (the end of the period, or the as-of date before
--           that): base profit, cross-sell profit, cost saving and referral profit, less
--           acquisition cost, price concessions and referral damage.
-- not-zh: 截止日之后的利润项。它是累计值而非当期发生额，各季度不能相加。
-- not-en: Items dated after the as-of date. It is the profit of a lifetime, not of a period:
--         quarters do not add up.
with monthly as (
    select month_of(dated_on) as month, account_id, sum(profit) as profit
    from scoped.lifetime_profit
    group by all
)
select
    p.period,
    m.account_id,
    sum(m.profit) as numerator
from monthly m
join as_of.periods p on m.month <= p.ends_on
group by all
-- rows: every item; the figure adds them up by month first, as each counts in all periods after it
select
    p.period,
    v.account_id,
    v.dated_on,
    v.component,
    v.profit as numerator
from scoped.lifetime_profit v
join as_of.periods p on v.dated_on <= p.ends_on
