"""Bytes to records: encodings, delimited text, workbooks, archives, table layout."""
