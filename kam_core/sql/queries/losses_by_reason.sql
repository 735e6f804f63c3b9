-- query: losses_by_reason
-- parameters: periods
-- means: Accounts lost in a period asked for by reason and competitor, with the revenue of the twelve
--        months before each loss (empty where no orders are loaded), most revenue first. A reason or
--        a competitor not given is null.
select
    period,
    lost_reason,
    lost_to,
    count(*) as accounts,
    count(*) filter (where is_key) as key_lost,
    sum(revenue_before) as revenue_before,
    sum(revenue_before) / nullif(sum(sum(revenue_before)) over (partition by period), 0) as share
from scoped.lost_accounts
group by period, lost_reason, lost_to
order by period, revenue_before desc nulls last, accounts desc, lost_reason, lost_to
