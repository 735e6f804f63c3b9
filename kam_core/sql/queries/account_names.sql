-- query: account_names
-- means: Every customer in scope by name, for a list to choose from; name_in_file stays as it is
--        written in every language.
select account_id, account_name, region, account_name as name_in_file, account_name_en
from scoped.accounts
order by account_name, account_id
