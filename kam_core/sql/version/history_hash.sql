-- Tells contents apart without writing every row as text. Each number of a row is weighed by so many
-- bits of its fingerprint that no sum overflows; what many rows have in common is weighed once for
-- all of them.
with weighed as (
    select *, (fingerprint & 1152921504606846975::uhugeint)::bigint::hugeint as weight
    from $relation
),
alike as (
    select
        snapshot_id, valid_from, valid_to,
        count(*) as held, sum(weight) as weight, sum(weight * line_no) as lines
    from weighed
    group by all
)
select
    coalesce(sum(held), 0)::bigint,
    sum(weight),
    sum(weight * (snapshot_id)::bigint),
    sum(lines),
    sum(weight * (epoch(valid_from))::bigint),
    sum(weight * (epoch(valid_to))::bigint)
from alike
