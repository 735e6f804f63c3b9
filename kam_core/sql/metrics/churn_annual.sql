-- metric: churn_annual
-- order:  71
-- topic:  value
-- zh:     年度流失率
-- en:     Annual churn
-- kind:   ratio
-- unit:   percent
-- better: lower
-- target-least: 0
-- target-most: 1
-- grain:  period x account_id
-- interval: wilson
-- needs:  accounts.lost_on
-- needs-or: accounts.lost_on|accounts.status!lost
-- known-by: accounts
-- dimensions: region, account_manager, industry, account_id
-- evidence: accounts
-- means-zh: 截至期末的十二个月中，第一天处于合作状态的客户里，在这十二个月内流失的占比；包括所有层级。
-- means-en: Of the accounts active on the first day of the twelve months that end with the
--           period, the share lost in those months; accounts of every tier.
-- not-zh: 十二个月内新增的客户；流失日期晚于截止日的客户；没有流失日期的已流失客户（另外列出，可能改变 0 时不给出数值）。不能按层级拆分或筛选：期初之前流失的客户期初已没有层级。
-- not-en: Accounts that came during the twelve months, losses after the as-of date, lost
--         accounts without a date of loss (told beside the figure, which is then never 0). It is
--         neither split nor filtered by tier: an account lost before the period has no tier at
--         its start.
with years as (
    select period, (ends_on + 1 - interval 12 month)::date as starts_on, ends_on
    from as_of.periods
)
select
    y.period,
    a.account_id,
    coalesce(a.lost_on between y.starts_on and y.ends_on, false)::integer as numerator,
    1 as denominator
from years y
join scoped.accounts a on is_active(a.status, a.customer_since, a.lost_on, a.absences, y.starts_on)
union all
select period, account_id, null, null
from scoped.lost_some_day
-- beside: lost_some_day
select period, account_id
from scoped.lost_some_day
