-- Who is owed which kind of interaction in which period, by settings.cadences, and whether it
-- happened. A period asked for holds the obligations whose own period ends in it. Nothing is owed
-- where interactions were never loaded.

create view as_of.ending_periods as
with lengths (every, months) as (values ('month', 1), ('quarter', 3), ('year', 12)),
fiscal as (
    select
        period,
        month,
        (month(month) - setting('fiscal_year_start_month') + 12)::integer % 12 + 1 as fiscal_month,
        (setting('fiscal_year_start_month') - 1)::integer as months_late
    from as_of.period_months
),
ending as (
    select
        f.period as asked_period,
        l.every,
        (f.month - to_months(l.months - 1))::date as starts_on,
        last_day(f.month) as ends_on,
        f.months_late
    from fiscal f
    join lengths l on f.fiscal_month % l.months = 0
)
select
    asked_period,
    case every
        when 'month' then strftime(starts_on, '%Y-%m')
        when 'quarter' then year(starts_on - to_months(months_late)) || '-Q'
            || quarter(starts_on - to_months(months_late))
        else year(starts_on - to_months(months_late))::varchar
    end as period,
    every,
    starts_on,
    ends_on,
    ends_on <= day_of('interactions') as has_ended
from ending;
comment on view as_of.ending_periods is
    'Months, fiscal quarters and years that end in a period asked for';

create view as_of.obligation_periods as
from as_of.ending_periods
where starts_on <= as_of();
comment on view as_of.obligation_periods is
    'Months, fiscal quarters and years that end in a period asked for and have begun';

create macro cadence_tier(tier) as
    case when tier in (select c.tier from settings.cadences c) then tier else '*' end;
comment on macro cadence_tier is 'The name under which the cadences of a tier are listed';

create view as_of.obligations as
with own_periods as (
    select distinct period, every, starts_on, ends_on, has_ended from as_of.obligation_periods
),
own_months as (
    select
        every,
        starts_on,
        unnest(generate_series(starts_on, ends_on, interval 1 month))::date as month
    from own_periods
),
kinds as (
    select distinct every, kind from settings.cadences
),
happened as (
    select
        m.every,
        m.starts_on,
        i.account_id,
        i.kind,
        count(*) filter (where i.status = 'completed') as completed,
        min(i.planned_for) filter (where i.status = 'planned') as planned_for
    from as_of.interactions i
    join own_months m
        on m.month = month_of(
            case i.status when 'completed' then i.occurred_at else i.planned_for end
        )
    join kinds k on k.kind = i.kind and k.every = m.every
    where i.status = 'completed' or (i.status = 'planned' and i.planned_for >= day_of('interactions'))
    group by all
),
tiers as (
    select day as starts_on, account_id, tier
    from as_of.tiers_on((select list(distinct starts_on) from own_periods))
),
owed as (
    select
        p.*,
        a.account_id,
        coalesce(t.tier, 'unrated') as tier,
        c.kind
    from own_periods p
    cross join as_of.lives a
    left join tiers t using (starts_on, account_id)
    join settings.cadences c on c.every = p.every and c.tier = cadence_tier(t.tier)
    where first_as_of('interactions') is not null
        and is_active(a.status, a.customer_since, a.lost_on, a.absences, p.starts_on)
        and is_active(a.status, a.customer_since, a.lost_on, a.absences, least(p.ends_on, as_of()))
)
select
    o.account_id,
    o.tier,
    o.kind,
    o.period,
    o.every,
    o.starts_on,
    o.ends_on as due_on,
    o.has_ended,
    case
        when h.completed > 0 then 'done'
        when o.has_ended then 'missed'
        else 'open'
    end as state,
    case
        when h.completed > 0 then 'covered'
        when o.has_ended then 'overdue'
        when h.planned_for is not null then 'planned'
        else 'due'
    end as shown_as,
    case when not o.has_ended then h.planned_for end as planned_for
from owed o
left join happened h using (every, starts_on, account_id, kind);
comment on view as_of.obligations is
    'What is owed in the months, quarters and years that end in a period asked for';

create view scoped.obligations as
select
    p.asked_period,
    o.*,
    a.account_name,
    a.region,
    a.account_manager,
    a.industry
from as_of.obligation_periods p
join as_of.obligations o using (every, starts_on)
join scoped.accounts a using (account_id);
comment on view scoped.obligations is
    'What is owed to customers in scope in the periods asked for; the rate counts only has_ended';

create macro scoped.ended_obligations(wanted) as table
select
    asked_period as period,
    account_id,
    kind,
    starts_on,
    due_on,
    state,
    (state = 'done')::integer as numerator,
    1 as denominator
from scoped.obligations
where kind = wanted and has_ended;
comment on macro table scoped.ended_obligations is
    'What was owed of one kind of interaction in periods that have ended, and whether it was done';

create view scoped.obligations_to_come as
select
    p.asked_period,
    p.period,
    p.every,
    p.starts_on,
    p.ends_on as due_on,
    c.kind,
    t.tier,
    a.account_id,
    a.account_name,
    a.region,
    a.account_manager,
    a.industry
from as_of.ending_periods p
cross join as_of.current_tiers t
join settings.cadences c on c.every = p.every and c.tier = cadence_tier(t.tier)
join scoped.accounts a using (account_id)
where p.starts_on > as_of() and first_as_of('interactions') is not null;
comment on view scoped.obligations_to_come is
    'What is owed in periods that have not begun, if customers and tiers stay those of the as-of day';
