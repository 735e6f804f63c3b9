-- query: accounts_lost
-- parameters: periods
-- means: Accounts active on the first day of a period asked for and lost in it, with their tier on
--        that day and the revenue of the twelve months up to the loss (empty where no orders are
--        loaded), most revenue first.
select *
from scoped.lost_accounts
order by period, revenue_before desc, account_id
