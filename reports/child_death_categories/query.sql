-- When the panel met is said in London time and weeks begin in UTC: in summer one in
-- the last hour of a Sunday counts in the week after.
with panel as (
  select r.authority as authority, coalesce(k.said, '') as category
  from period cross join record r
  join given p on p.record = r.id and p.question = 'panel_at'
  left join given k on k.record = r.id and k.question = 'panel_category'
  where r.pathway = 'child_death' and p.said >= period.from_at and p.said < period.to_at
    and (period.authority = '' or r.authority = period.authority)
)
select authority,
  count(*) as reviewed,
  count(case when category = '1' then 1 end) as injury,
  count(case when category = '2' then 1 end) as suicide,
  count(case when category = '3' then 1 end) as trauma,
  count(case when category = '4' then 1 end) as cancer,
  count(case when category = '5' then 1 end) as acute,
  count(case when category = '6' then 1 end) as chronic,
  count(case when category = '7' then 1 end) as genetic,
  count(case when category = '8' then 1 end) as birth,
  count(case when category = '9' then 1 end) as infection,
  count(case when category not in ('1', '2', '3', '4', '5', '6', '7', '8', '9') then 1 end) as sudden
from panel
group by authority
