-- $title
create view as_of.$view as
select * exclude (valid_from, valid_to, fingerprint)$replaced$times
from history.$table
where $conditions;
comment on view as_of.$view is '$meaning';
