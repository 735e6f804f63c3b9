-- Of corrections: which quarantined row of which earlier upload each line stands for.
create table meta.returned (
    snapshot_id integer,
    line_no bigint,
    of_snapshot integer,
    of_line bigint
);
comment on table meta.returned is 'Rows set apart by one upload that came back in a later one';
