-- Every version file starts with these; the history tables follow from the data contract.

-- Every row ever accepted, with the days on which it was in force.
create schema history;

-- Where the rows come from: snapshots and quarantine.
create schema meta;

-- The settings this version was built with.
create schema settings;

-- Tables as of the session variable as_of, all regions.
create schema as_of;

-- The as_of tables, cut to the regions in the session variable regions.
create schema scoped;

create table meta.snapshots (
    snapshot_id integer,
    table_name varchar,
    as_of date,
    mode varchar,
    file_name varchar,
    sha256 varchar,
    received bigint,
    accepted bigint,
    quarantined bigint,
    blank bigint,
    set_aside bigint,
    loaded_by varchar,
    loaded_at timestamp,
    as_of_from varchar
);
comment on table meta.snapshots is 'Accepted uploads in the order in which they apply; received = accepted + quarantined';

create table meta.quarantine (
    snapshot_id integer,
    table_name varchar,
    line_no bigint,
    raw varchar,
    codes varchar[],
    detail varchar,
    account_id varchar,
    fingerprint uhugeint
);
comment on table meta.quarantine is 'Rows that were not let in, as received, with every reason; account_id and fingerprint are set where only the account was unknown';

create table meta.notes (
    snapshot_id integer,
    table_name varchar,
    line_no bigint,
    code varchar,
    detail varchar,
    account_id varchar
);
comment on table meta.notes is 'What the checks across tables remark on rows in force, which are kept; detail is JSON; line_no is null where a whole table is meant';
