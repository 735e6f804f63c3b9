-- The most specific target of each metric in the periods asked for, and whether it holds in scope.
-- A target of a region or a tier holds where exactly that one is looked at; what a whole must reach is
-- no target for a part of it, where the metric is a sum.
with asked as (
    select unnest($periods::varchar[]) as period
),
candidates as (
    select period, metric, target, null as region, null as tier, 0 as specificity
    from asked
    cross join settings.targets
    where as_of() is not null
    union all
    select
        quarter,
        metric,
        target,
        region,
        tier,
        case when region is not null then 3 else 1 end
            + case when tier is not null then 1 else 0 end
    from scoped.targets
    join asked on period = quarter
    where scheme is null
        and owner is null
        and (region is null or len(getvariable('regions')::varchar[]) = 1)
        and (tier is null or getvariable('tiers')::varchar[] = [tier])
),
sight as (
    select
        not exists (
            select 1 from as_of.lives
            where not list_contains(getvariable('regions')::varchar[], region)
        ) as has_every_region,
        getvariable('tiers') is null as has_every_tier
),
judged as (
    select
        *,
        not list_contains($sums::varchar[], metric)
            or (
                (region is not null or has_every_region) and (tier is not null or has_every_tier)
            ) as holds
    from candidates
    cross join sight
)
select distinct on (period, metric) period, metric, target, specificity, holds
from judged
order by period, metric, holds desc, specificity desc
