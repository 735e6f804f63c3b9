-- Which moments of an upload always name a time: there a midnight is one, elsewhere it is only a day.
create table meta.timed (
    snapshot_id integer,
    column_name varchar
);
comment on table meta.timed is 'Moments of an upload of which every filled cell names a time, and not all of them midnight';
