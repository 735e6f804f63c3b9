-- query: hour_bands
-- means: Where each further band of hours begins, by the settings of the version.
select value as from_hours
from settings.thresholds
where name like 'returns.band_from_hours.%'
order by value
