-- query: english_regions
-- means: What the file calls each region in English, as most of its accounts do.
select region, region_en
from scoped.accounts
where region is not null and region_en is not null
group by region, region_en
qualify row_number() over (partition by region order by count(*) desc, region_en) = 1
order by region
