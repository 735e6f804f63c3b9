-- metric: satisfaction
-- order:  67
-- topic:  service
-- zh:     满意度
-- en:     Satisfaction
-- kind:   mean
-- unit:   points
-- better: higher
-- target: 90
-- target-least: 0
-- target-most: 100
-- grain:  period x account_id x case
-- interval: none
-- needs:  surveys
-- dated:  surveys
-- dimensions: region, tier, account_manager, industry, account_id
-- evidence: surveys
-- means-zh: 期内满意度调查得分（0–100 分）的平均值。每份问卷权重相同。
-- means-en: Mean score (0 to 100) of the surveys of the period; every answer weighs the same.
-- not-zh: 截止日之后的问卷。
-- not-en: Surveys after the as-of date.
select
    p.period,
    s.account_id,
    s.survey_id,
    s.score as numerator,
    1 as denominator
from scoped.surveys s
join as_of.period_months p on p.month = month_of(s.surveyed_on)
where s.score is not null
