-- query: accounts_left
-- means: Accounts that the newest file of accounts lacks, with the day of the file that lacked them
--        first, the revenue of the twelve months before, and what was said of them since (outcome
--        and its day, empty where nobody said), those first, then by revenue.
select
    a.account_id,
    a.account_name,
    a.region,
    a.account_manager,
    l.left_on,
    coalesce(sum(o.amount), 0) as revenue_year_before,
    any_value(s.outcome) as outcome,
    any_value(s.effective_on) as effective_on
from scoped.accounts a
join as_of.absences l on l.account_id = a.account_id and l.back_on is null
left join as_of.outcomes s on s.account_id = a.account_id
left join scoped.orders o
    on o.account_id = a.account_id
    and o.ordered_on >= l.left_on - interval 12 month
    and o.ordered_on < l.left_on
group by all
order by any_value(s.outcome) is not null, revenue_year_before desc, a.account_id
