create view scoped.$table as
select * from as_of.$table
where $in_scope;
comment on view scoped.$table is '$title in scope, as known on the as-of day';
