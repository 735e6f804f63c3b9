"""Every figure a second time: in pandas, from the plain rows of a version and the definitions."""
