-- metric: feels_effective
-- order:  69
-- topic:  service
-- zh:     认为维护有效
-- en:     Feels effective
-- kind:   ratio
-- unit:   percent
-- better: higher
-- target-least: 0
-- target-most: 1
-- grain:  period x account_id x case
-- interval: wilson
-- needs:  surveys, surveys.effective
-- dated:  surveys
-- dimensions: region, tier, account_manager, industry, account_id
-- evidence: surveys
-- means-zh: 期内回答了该问题的满意度问卷中，认为维护有效的占比。
-- means-en: Of the surveys of the period that answer the question, the share that finds the
--           maintenance effective.
-- not-zh: 没有回答该问题的问卷。
-- not-en: Surveys that leave the question open.
select
    p.period,
    s.account_id,
    s.survey_id,
    s.effective::integer as numerator,
    1 as denominator
from scoped.surveys s
join as_of.period_months p on p.month = month_of(s.surveyed_on)
where s.effective is not null
