-- Of every month of the data.

set variable periods = (
    select list({'period': month::varchar, 'starts_on': month, 'ends_on': last_day(month)})
    from mart.months
);
create table mart.obligations as from as_of.obligations;
reset variable periods;
create or replace view as_of.obligations as from mart.obligations;
