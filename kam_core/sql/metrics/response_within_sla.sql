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
-- means-zh: 期内开单的技术支持服务单中，在响应标准（默认 12 小时）内得到首次响应的占比；等待已超过标准仍未响应的计入分母，计时到截止日当天结束。
-- means-en: Share of the support tickets opened in the period that had a first response within
--           the standard (12 hours by default). A ticket that has waited longer without one
--           counts as not answered in time; its clock stops at the end of the as-of date.
-- not-zh: 投诉；尚在标准时间内、还未响应的服务单；响应时间早于开单时间的记录；已解决但没有记录首次响应时间的服务单。
-- not-en: Complaints; tickets without a response whose time has not run out; records that
--         answer before they open; tickets resolved without a recorded first response.
select
    p.period,
    r.account_id,
    r.ticket_id,
    (not r.is_late)::integer as numerator,
    1 as denominator
from scoped.first_responses r
join as_of.period_months p on p.month = month_of(r.opened_at)
where r.is_answered or r.is_late
