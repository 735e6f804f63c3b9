-- evidence: surveys
-- means: The survey answers behind a figure.
-- order: r.surveyed_on, r.survey_id
select
    r.period,
    r.account_id,
    v.survey_id,
    v.surveyed_on,
    v.score,
    v.personalised_enough,
    v.effective,
    v.respondent_level,
    r.numerator::decimal(14, 4) as numerator,
    r.denominator,
    v.line_no,
    v.snapshot_id
from counted r
join scoped.surveys v using (survey_id)
