-- The ledger, which is SQLite: days and moments stand in it as ISO 8601, recipes, problems and
-- answers as JSON. Of the answers to one header key the newest hold.
create table if not exists snapshots (
    snapshot_id integer primary key,
    sha256      text not null,
    file_name   text not null,
    table_name  text not null,
    mode        text not null check (mode in ('full', 'update')),
    as_of       text not null,
    recipe      text not null,
    received    integer not null,
    blank       integer not null,
    set_aside   integer not null,
    problems    text not null,
    loaded_by   text not null,
    loaded_at   text not null,
    as_of_from  text
);
create table if not exists versions (
    version         integer primary key,
    parent          integer references versions (version),
    as_of           text not null,
    settings_sha256 text not null,
    content_hash    text not null,
    file_sha256     text not null,
    created_by      text not null,
    created_at      text not null
);
create table if not exists version_snapshots (
    version     integer not null references versions (version),
    snapshot_id integer not null references snapshots (snapshot_id),
    received    integer not null,
    accepted    integer not null,
    quarantined integer not null,
    primary key (version, snapshot_id),
    check (received = accepted + quarantined)
);
create table if not exists publications (
    publication_id integer primary key,
    version        integer not null references versions (version),
    reason         text not null check (reason in ('load', 'rollback', 'settings')),
    published_by   text not null,
    published_at   text not null
);
create table if not exists mappings (
    sequence     integer primary key,
    header_key   text not null,
    table_name   text not null,
    answers      text not null,
    confirmed_by text not null,
    confirmed_at text not null
);
create index if not exists mappings_by_key on mappings (header_key, sequence);
