-- From which day until which how many rows of a table were in force.
select valid_from, valid_to, count(*)
from $relation
group by all
