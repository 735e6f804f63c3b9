"""Where the day of an upload comes from, as its snapshot says (``as_of_from``)."""

# A person, the name of the file, the newest of its facts: a day of its own.
SAID, FILE_NAME, NEWEST_FACT = OWN_DAYS = ("said", "file_name", "newest_fact")
# Else the table, for a correction; the version; or, before any fact, the clock: such a day holds
# only until a fact comes.
OF_TABLE, OF_VERSION, NO_FACTS = "table", "version", "no_facts"
