-- query: account_names
-- means: Every customer in scope by name, for a list to choose from.
select account_id, account_name, region
from scoped.accounts
order by account_name, account_id
