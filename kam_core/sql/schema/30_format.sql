-- Older version files have no such table: they are of format 0.
create table meta.format (number integer);
comment on table meta.format is 'The format of this file; kam_core/contract/formats.py says what that is';
