-- The day of each table is looked up once, not by every cursor.

create table mart.days as from as_of.days;
create or replace view as_of.days as from mart.days;
set variable days = (from as_of.days);
