create table mart.conversion as from as_of.conversion;
create or replace view as_of.conversion as from mart.conversion;
set variable conversion = (from as_of.conversion);
