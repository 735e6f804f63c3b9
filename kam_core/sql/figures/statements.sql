-- How rows become figures, what a day holds in memory, and what the data can say at all. A `$word` is
-- put in by the code or handed over as a parameter.

-- name: facts
select period, account_id, $facts
from (
$rows
)$keys

-- name: add_up
with facts as (
$facts
)
select $keys, $figures
from scoped.$accounts left join facts using (period, account_id)
$where group by $keys order by $keys

-- name: count_beside
select count(*) from (
$rows
) join scoped.$accounts using (period, account_id) $where

-- name: evidence
with counted as (
select $row
from (
$rows
)
),
shown as (
$shown
)
select
    r.period,
    r.account_id,
    a.account_name,
    d.region,
    d.account_manager,
    d.tier,
    r.* exclude (period, account_id, numerator, denominator, line_no, snapshot_id),
    r.numerator,
    r.denominator,
    s.file_name,
    r.line_no,
    r.snapshot_id
from shown r
join scoped.tiered_account_periods d on d.period = r.period and d.account_id = r.account_id
join scoped.accounts a on a.account_id = r.account_id
left join meta.snapshots s on s.snapshot_id = r.snapshot_id
where is_tier_in_scope(d.tier) and ($$account is null or r.account_id = $$account)
order by r.period, $order
limit $$most

-- name: keep_facts
create or replace table $relation as $query

-- name: thresholds
select name, value from version.settings.thresholds

-- name: copy_thresholds
create schema mart;
create table mart.thresholds as select name, value from version.settings.thresholds;
create or replace view settings.thresholds as from mart.thresholds

-- name: add_threshold
insert into mart.thresholds values (?, ?)

-- name: months
select min(month), max(month) from mart.months

-- name: scope
select as_of(), getvariable('tiers') is not null

-- name: coverage
select table_name, covers_from, covers_to, whole_from from as_of.coverage

-- name: tier_needs
select need from settings.tier_needs order by position

-- name: count_cells
select $counts from $source

-- name: targets
select metric, quarter, region, tier, target, extra, scheme, owner from as_of.targets

-- name: default_targets
select metric, target from settings.targets order by metric

-- name: tier_axes
select scheme, axis, measure, scale, cuts from settings.tier_axes order by axis

-- name: tier_cells
select x_level, y_level, tier, is_key from settings.tier_cells order by 1, 2
