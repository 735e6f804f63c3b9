"""The data contract: tables, columns, templates and named problems."""
