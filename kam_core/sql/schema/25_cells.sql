-- Cells that could not be read and without which their row stands: it is in history, empty there.
create table meta.cells (
    snapshot_id integer,
    table_name varchar,
    line_no bigint,
    column_name varchar,
    cell varchar,
    code varchar,
    detail varchar
);
comment on table meta.cells is 'Cells set apart, as received, with the reason; their rows are accepted without them';
