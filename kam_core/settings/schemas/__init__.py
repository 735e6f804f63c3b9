"""What may stand in each settings file: a class per table, a field per key."""
