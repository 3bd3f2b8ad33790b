with times as (
  select r.authority as authority, rp.person as child, count(distinct r.id) as n
  from period cross join record r
  join record_person rp on rp.record = r.id and rp.role = 'child'
  where r.pathway = 'missing_episode'
    and r.created_at >= period.from_at and r.created_at < period.to_at
    and (period.authority = '' or r.authority = period.authority)
  group by r.authority, rp.person
)
select authority,
  count(*) as children,
  count(case when n = 1 then 1 end) as once,
  count(case when n = 2 then 1 end) as twice,
  count(case when n >= 3 then 1 end) as more
from times
group by authority
