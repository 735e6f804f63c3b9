-- Narrow, because every other view asks for it.
create view as_of.lives as
select account_id, region, status, customer_since, lost_on from as_of.accounts;
comment on view as_of.lives is
    'Region and lifetime of every customer known on the as-of day; a later loss is unknown';

create view scoped.account_ids as
select account_id from as_of.lives where is_region_in_scope(region);
comment on view scoped.account_ids is 'Customers of the regions in scope';
