-- Of the settings this version was built with, what changes a number.
create table settings.thresholds (name varchar, value decimal(18, 6));
comment on table settings.thresholds is 'Limits and weights; a nested name is group.name';
create table settings.texts (name varchar, value varchar);
comment on table settings.texts is 'Settings that are words, such as the reporting currency';
create table settings.targets (metric varchar, target decimal(24, 6));
comment on table settings.targets is 'Default quarterly targets; shares as fractions of 1';
create table settings.cadences (tier varchar, kind varchar, every varchar);
comment on table settings.cadences is
    'What a tier is promised every month, quarter or year; tier * is every tier not named';
create table settings.tier_axes
    (scheme varchar, axis varchar, measure varchar, scale varchar, cuts double[]);
comment on table settings.tier_axes is 'The two axes of the active tier scheme';
create table settings.tier_cells
    (scheme varchar, x_level integer, y_level integer, tier varchar, is_key boolean);
create table settings.tier_needs (position integer, need varchar);
comment on table settings.tier_needs is
    'Tables and columns without which the active scheme rates nobody; a|b = one is enough';
comment on table settings.tier_cells is 'The tier of each pair of levels in the active tier scheme';
create table settings.response_standards (tier varchar, hours decimal(18, 6));
comment on table settings.response_standards is
    'Within how many hours tickets of a tier are to be answered, where that is not as for all';
create table settings.calendar (day date, is_working boolean, shift integer);
comment on table settings.calendar is
    'Which days are worked; shift: so many more than Mondays to Fridays up to the day';
