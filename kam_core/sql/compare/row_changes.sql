-- The rows in force of one table on two sides, counted: before, after, added, changed, gone.
select
    count(b.fingerprint),
    count(a.fingerprint),
    count(*) filter (where b.fingerprint is null),
    count(*) filter (where a.fingerprint <> b.fingerprint),
    count(*) filter (where a.fingerprint is null)
from ($before) b
full join ($after) a on $same_key
