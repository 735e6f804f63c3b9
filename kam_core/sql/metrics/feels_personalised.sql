-- metric: feels_personalised
-- order:  68
-- topic:  service
-- zh:     认为个性化足够
-- en:     Feels personalised
-- kind:   ratio
-- unit:   percent
-- better: higher
-- target-least: 0
-- target-most: 1
-- grain:  period x account_id x case
-- interval: wilson
-- needs:  surveys, surveys.personalised_enough
-- dated:  surveys
-- dimensions: region, tier, account_manager, industry, account_id
-- evidence: surveys
-- means-zh: 期内回答了该问题的满意度问卷中，认为维护足够个性化的占比。
-- means-en: Of the surveys of the period that answer the question, the share that finds the care
--           personalised enough.
-- not-zh: 没有回答该问题的问卷。
-- not-en: Surveys that leave the question open.
select
    p.period,
    s.account_id,
    s.survey_id,
    s.personalised_enough::integer as numerator,
    1 as denominator
from scoped.surveys s
join as_of.period_months p on p.month = month_of(s.surveyed_on)
where s.personalised_enough is not null
