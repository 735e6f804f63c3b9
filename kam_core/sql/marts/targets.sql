create table mart.targets as from as_of.targets;
create or replace view as_of.targets as from mart.targets;
