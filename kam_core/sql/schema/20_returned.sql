-- Of corrections: which quarantined row of which earlier upload each line stands for. A table of its own,
-- because versions of before have none.
create table meta.returned (
    snapshot_id integer,
    line_no bigint,
    of_snapshot integer,
    of_line bigint,
    of_sha256 varchar
);
comment on table meta.returned is 'Rows set apart by one upload that came back in a later one; of_sha256 is the beginning of the hash of the earlier upload';
