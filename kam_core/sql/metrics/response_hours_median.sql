-- metric: response_hours_median
-- order:  61
-- topic:  service
-- zh:     首次响应时长（中位数）
-- en:     First response time, median
-- kind:   quantile
-- unit:   hours
-- better: lower
-- target-least: 0
-- grain:  period x account_id x case
-- quantile: 0.5
-- interval: none
-- needs:  tickets, tickets.first_response_at
-- dated:  tickets
-- dimensions: region, tier, account_manager, industry, account_id
-- evidence: tickets
-- means-zh: 期内开单且截至截止日已响应的技术支持服务单，从开单到首次响应小时数的中位数：一半的服务单比它快。
-- means-en: Median of the hours from opening to first response, over support tickets opened in
--           the period and answered by the as-of date: half of them were answered sooner.
-- not-zh: 投诉；尚未响应的服务单（计入“响应达标率”）；响应时间早于开单时间的记录；开单或响应只有日期没有时刻的（在数值旁另计）。
-- not-en: Complaints; tickets still without a response (they count in the share within the
--         standard); records that answer before they open; those with only a day for either
--         moment (they are counted beside the figure).
select
    p.period,
    r.account_id,
    r.ticket_id,
    r.waited_microseconds as value
from scoped.first_responses r
join as_of.period_months p on p.month = month_of(r.opened_at)
where r.waited_microseconds is not null
-- beside: time_not_recorded
select p.period, r.account_id, r.ticket_id
from scoped.first_responses r
join as_of.period_months p on p.month = month_of(r.opened_at)
where r.is_answered and r.waited_microseconds is null
