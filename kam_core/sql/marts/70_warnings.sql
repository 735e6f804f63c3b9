create table mart.falling_revenue as from as_of.falling_revenue;
create or replace view as_of.falling_revenue as from mart.falling_revenue;
