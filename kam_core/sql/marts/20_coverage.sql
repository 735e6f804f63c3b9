create table mart.coverage as from as_of.coverage;
create or replace view as_of.coverage as from mart.coverage;
