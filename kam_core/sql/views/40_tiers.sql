-- The tier of every active account on given days, by the scheme in settings.tier_*. It depends on
-- all accounts, never on the regions of the viewer.

-- Attributes are those of the account row in force on the day, or of its first row if that is
-- later. A row that arrived after the as-of day is unknown. "At the end of day d" is day d + 1 with
-- a lag of one day: an upload of the next morning is not in it.
create macro as_of.tiers_on(days, snapshot_lag := 0) as table
with asked as materialized (
    select distinct unnest(days)::date as day
),
known_rows as (
    select
        account_id,
        valid_from,
        growth_potential,
        annual_contract_value,
        industry_influence,
        strategic_fit,
        relative_advantage
    from history.accounts
    where as_of() is not null
        and (valid_from <= as_of() or valid_from = first_as_of('accounts'))
),
chosen_rows as (
    select
        asked.day,
        r.account_id,
        coalesce(
            max(r.valid_from) filter (where r.valid_from <= asked.day - snapshot_lag),
            min(r.valid_from)
        ) as valid_from
    from asked
    cross join known_rows r
    join as_of.lives a using (account_id)
    where is_active(a.status, a.customer_since, a.lost_on, a.absences, asked.day)
    group by all
),
months_before as (
    select
        day,
        unnest(generate_series(month_of(day - interval 12 month), day, interval 1 month))::date
            as month
    from asked
),
revenues as (
    select m.day, o.account_id, sum(o.amount) as revenue_12m
    from as_of.orders o
    join months_before m on m.month = month_of(o.ordered_on)
    where o.ordered_on >= m.day - interval 12 month and o.ordered_on < m.day
    group by all
),
measured as materialized (
    select
        c.day,
        r.* exclude (valid_from),
        v.revenue_12m,
        coalesce(
            v.revenue_12m,
            r.annual_contract_value,
            case when first_as_of('orders') is not null then 0 end
        ) as value
    from chosen_rows c
    join known_rows r using (account_id, valid_from)
    left join revenues v using (day, account_id)
),
-- Each measure is cast by itself: their common type would round scores to cents.
axes as (
    select
        m.day,
        m.account_id,
        s.axis,
        s.scale,
        s.cuts,
        case s.measure
            when 'value' then m.value::decimal(38, 4)
            when 'annual_contract_value' then m.annual_contract_value::decimal(38, 4)
            when 'growth_potential' then m.growth_potential::decimal(38, 4)
            when 'industry_influence' then m.industry_influence::decimal(38, 4)
            when 'strategic_fit' then m.strategic_fit::decimal(38, 4)
            when 'relative_advantage' then m.relative_advantage::decimal(38, 4)
        end as measure
    from measured m
    cross join settings.tier_axes s
),
ranges as (
    select day, axis, min(measure) as lowest, max(measure) as highest
    from axes
    group by all
),
scored as (
    select
        day,
        account_id,
        axis,
        cuts,
        case scale
            when 'raw' then measure::double
            when 'percentile' then percent_rank() over (partition by day, axis order by measure)
            when 'minmax' then (measure - lowest)::double / nullif(highest - lowest, 0)
        end as score
    from axes
    join ranges using (day, axis)
    where measure is not null
),
levels as (
    select
        day,
        account_id,
        max(score) filter (where axis = 'x') as x_score,
        max(score) filter (where axis = 'y') as y_score,
        max(len(list_filter(cuts, lambda cut: score >= cut))) filter (where axis = 'x') as x_level,
        max(len(list_filter(cuts, lambda cut: score >= cut))) filter (where axis = 'y') as y_level
    from scored
    group by all
)
select
    m.day,
    m.account_id,
    coalesce(c.tier, 'unrated') as tier,
    coalesce(c.is_key, false) as is_key,
    m.value,
    m.revenue_12m,
    m.growth_potential,
    l.x_score,
    l.y_score
from measured m
left join levels l using (day, account_id)
left join settings.tier_cells c on c.x_level = l.x_level and c.y_level = l.y_level;
comment on macro table as_of.tiers_on is
    'Tier of every account active on each day of a list; unrated where a measure is missing';

create view as_of.period_tiers as
select p.period, t.account_id, t.tier, t.is_key, t.value
from as_of.periods p
join as_of.tiers_on((select list(distinct starts_on) from as_of.periods)) t on t.day = p.starts_on;
comment on view as_of.period_tiers is 'Tier of every active account at the start of each period';

create view as_of.current_tiers as
from as_of.tiers_on([as_of() + 1]);
comment on view as_of.current_tiers is 'Tier of every account active at the end of the as-of day';

create view scoped.account_periods as
select p.period, p.starts_on, p.ends_on, a.account_id, a.region, a.account_manager, a.industry
from as_of.periods p
cross join scoped.accounts a;
comment on view scoped.account_periods is
    'Customers in scope for each period asked for, with region, manager and industry as of today';

create view scoped.tiered_account_periods as
select d.*, coalesce(t.tier, 'unrated') as tier, coalesce(t.is_key, false) as is_key
from scoped.account_periods d
left join as_of.period_tiers t using (period, account_id);
comment on view scoped.tiered_account_periods is
    'The same with the tier at the start of the period; unrated where the account was not active';

-- Null means every tier.
create macro is_tier_in_scope(tier) as
    getvariable('tiers')::varchar[] is null
    or list_contains(getvariable('tiers')::varchar[], tier);
comment on macro is_tier_in_scope is 'Whether the viewer asked for this tier';

create view scoped.shown_accounts as
select
    a.*,
    coalesce(t.tier, 'unrated') as tier,
    coalesce(t.is_key, false) as is_key,
    t.value,
    coalesce(t.revenue_12m, 0) as revenue_12m
from scoped.accounts a
left join as_of.current_tiers t using (account_id)
where is_tier_in_scope(coalesce(t.tier, 'unrated'));
comment on view scoped.shown_accounts is
    'Customers in scope with their tier at the end of the as-of day, cut to the tiers asked for';
