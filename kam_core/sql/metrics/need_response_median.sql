-- metric: need_response_median
-- order:  54
-- topic:  needs
-- zh:     需求响应时间（中位数）
-- en:     Need response time, median
-- kind:   quantile
-- unit:   days
-- better: lower
-- target-least: 0
-- grain:  period x account_id x case
-- quantile: 0.5
-- interval: none
-- needs:  needs, needs.responded_at
-- dated:  needs
-- dimensions: region, tier, account_manager, industry, account_id
-- evidence: needs
-- means-zh: 期内提出且截至截止日已答复的需求，从提出到答复所用天数的中位数（按时刻计，含小数；其中一方只有日期时按整日计）。
-- means-en: Median of the days from raising a need to answering it, over needs raised in the
--           period and answered by the as-of date (to the moment, so with fractions; in whole
--           days where one of the two is only a day).
-- not-zh: 尚未答复的需求（按已等待时间列在未结需求中）；答复时间早于提出时间的记录。
-- not-en: Needs not yet answered (listed with their age among the open needs); needs answered
--         before they were raised.
select
    p.period,
    n.account_id,
    n.need_id,
    n.waited_microseconds as value
from scoped.need_answers n
join as_of.period_months p on p.month = month_of(n.raised_at)
