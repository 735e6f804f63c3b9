-- Who is known on the day, for every other table to look into.

create table mart.lives as from as_of.lives;
create or replace view as_of.lives as from mart.lives;

create table mart.accounts as from as_of.accounts;
create or replace view as_of.accounts as from mart.accounts;
