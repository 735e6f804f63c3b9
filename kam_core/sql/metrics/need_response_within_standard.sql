-- metric: need_response_within_standard
-- order:  56
-- topic:  needs
-- zh:     需求按时答复率
-- en:     Needs answered within the standard
-- kind:   ratio
-- unit:   percent
-- better: higher
-- target-least: 0
-- target-most: 1
-- grain:  period x account_id x case
-- interval: wilson
-- needs:  needs, needs.responded_at
-- dated:  needs
-- dimensions: region, tier, account_manager, industry, account_id
-- evidence: needs
-- means-zh: 期内提出的需求中，在规定工作日内（按设置中国家的日历，默认 5 个）得到答复的占比；超过规定时间仍未答复的计入分母。
-- means-en: Share of the needs raised in the period that were answered within the standard
--           (5 working days by default, by the calendar of the country in the settings). A need
--           still unanswered after the standard counts as not answered in time.
-- not-zh: 尚在规定时间内、还未答复的需求；答复时间早于提出时间的记录。
-- not-en: Needs without an answer for which the standard has not run out; needs answered before
--         they were raised.
select
    p.period,
    n.account_id,
    n.need_id,
    coalesce(
        not is_after_working_days(
            n.raised_at, n.responded_at, setting('needs.response_standard_working_days')
        ),
        false
    )::integer as numerator,
    1 as denominator
from scoped.needs n
join as_of.period_months p on p.month = month_of(n.raised_at)
where not is_before(
        n.responded_at, n.responded_at_has_time, n.raised_at, n.raised_at_has_time
    )
    or (
        n.responded_at is null
        and is_after_working_days(
            n.raised_at, day_of('needs'), setting('needs.response_standard_working_days')
        )
    )
