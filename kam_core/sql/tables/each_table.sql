-- $title
create view as_of.$table as
select * exclude (valid_from, valid_to, fingerprint)$replaced$times
from history.$table
where $conditions;
comment on view as_of.$table is '$meaning';

create view scoped.$table as
select * from as_of.$table
where $in_scope;
comment on view scoped.$table is '$title in scope, as known on the as-of day';
