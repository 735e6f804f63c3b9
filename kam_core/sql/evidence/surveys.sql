-- evidence: surveys
-- means: The survey answers behind a figure.
select
    r.period,
    r.account_id,
    a.account_name,
    d.region,
    d.account_manager,
    d.tier,
    v.survey_id,
    v.surveyed_on,
    v.score,
    v.personalised_enough,
    v.effective,
    v.respondent_level,
    r.numerator::decimal(14, 4) as numerator,
    r.denominator as denominator,
    s.file_name,
    v.line_no,
    v.snapshot_id
from counted r
join scoped.surveys v using (survey_id)
join scoped.tiered_account_periods d
    on d.period = r.period and d.account_id = r.account_id
join scoped.accounts a on a.account_id = r.account_id
left join meta.snapshots s on s.snapshot_id = v.snapshot_id
where is_tier_in_scope(d.tier) and ($account is null or r.account_id = $account)
order by r.period, v.surveyed_on, v.survey_id
limit $most
