-- metric: response_within_sla
-- order:  63
-- topic:  service
-- zh:     响应达标率
-- en:     Answered within the standard
-- also:   response within sla
-- kind:   ratio
-- unit:   percent
-- better: higher
-- target: 0.95
-- target-least: 0
-- target-most: 1
-- grain:  period x account_id x case
-- interval: wilson
-- needs:  tickets, tickets.first_response_at
-- dated:  tickets
-- dimensions: region, tier, account_manager, industry, account_id
-- evidence: tickets
-- means-zh: 期内开单的技术支持服务单中，在响应标准内（客户自己的标准，否则为其期初层级的标准，再否则默认 12 小时）得到首次响应的占比；等待已超过标准仍未响应的计入分母，计时到截止日当天结束。只有日期没有时刻的，按日比较：响应日不晚于时限所在日即为达标，只有日期的开单从当天结束起计时。
-- means-en: Share of the support tickets opened in the period that had a first response within
--           the standard (the account's own, else that of its tier at the start of the period,
--           else 12 hours by default). A ticket that has waited longer without one
--           counts as not answered in time; its clock stops at the end of the as-of date. Where
--           either moment is only a day, days are compared: an answer is in time if its day is
--           not after that of the deadline, and a day of opening counts from its end.
-- not-zh: 投诉；尚在标准时间内、还未响应的服务单；响应时间早于开单时间的记录；已解决但没有记录首次响应时间的服务单。
-- not-en: Complaints; tickets without a response whose time has not run out; records that
--         answer before they open; tickets resolved without a recorded first response.
with judged as (
    select
        p.period,
        r.account_id,
        r.ticket_id,
        r.is_answered,
        is_answered_late(
            r.opened_at,
            r.opened_at_has_time,
            r.first_response_at,
            r.first_response_at_has_time,
            standard_hours(r.response_standard_hours, s.hours)
        ) as is_late
    from scoped.first_responses r
    join as_of.period_months p on p.month = month_of(r.opened_at)
    left join as_of.period_tiers t on t.period = p.period and t.account_id = r.account_id
    left join settings.response_standards s on s.tier = coalesce(t.tier, 'unrated')
)
select period, account_id, ticket_id, (not is_late)::integer as numerator, 1 as denominator
from judged
where is_answered or is_late
