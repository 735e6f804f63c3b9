-- The as_of tables cut to the regions in the session variable `regions`. Without it: no rows.

create macro is_region_in_scope(region) as
    list_contains(getvariable('regions')::varchar[], region);
comment on macro is_region_in_scope is
    'Whether the viewer may see a region; never, where none is set';

create view scoped.account_ids as
select account_id from as_of.lives where is_region_in_scope(region);
comment on view scoped.account_ids is 'Customers of the regions in scope';

create view scoped.accounts as
select * from as_of.accounts where is_region_in_scope(region);
comment on view scoped.accounts is 'Customers of the regions in scope';

create view scoped.interactions as
select * from as_of.interactions
where account_id in (select account_id from scoped.account_ids);
comment on view scoped.interactions is 'Interactions with customers in scope';

create view scoped.needs as
select * from as_of.needs
where account_id in (select account_id from scoped.account_ids);
comment on view scoped.needs is 'Needs of customers in scope';

create view scoped.orders as
select * from as_of.orders
where account_id in (select account_id from scoped.account_ids);
comment on view scoped.orders is 'Orders of customers in scope';

create view scoped.contracts as
select * from as_of.contracts
where account_id in (select account_id from scoped.account_ids);
comment on view scoped.contracts is 'Contracts with customers in scope';

create view scoped.opportunities as
select * from as_of.opportunities
where account_id in (select account_id from scoped.account_ids);
comment on view scoped.opportunities is 'Opportunities at customers in scope';

create view scoped.tickets as
select * from as_of.tickets
where account_id in (select account_id from scoped.account_ids);
comment on view scoped.tickets is 'Support tickets and complaints of customers in scope';

create view scoped.surveys as
select * from as_of.surveys
where account_id in (select account_id from scoped.account_ids);
comment on view scoped.surveys is 'Survey answers of customers in scope';

create view scoped.contacts as
select * from as_of.contacts
where account_id in (select account_id from scoped.account_ids);
comment on view scoped.contacts is 'Contacts at customers in scope';

create view scoped.value_items as
select * from as_of.value_items
where account_id in (select account_id from scoped.account_ids);
comment on view scoped.value_items is 'Lifetime profit items of customers in scope';

create view scoped.targets as
select * from as_of.targets
where getvariable('regions')::varchar[] is not null
    and (region is null or is_region_in_scope(region));
comment on view scoped.targets is 'Targets for everybody and for the regions in scope';
