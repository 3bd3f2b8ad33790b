select r.authority as authority,
  count(*) as told,
  count(case when g.said = 'lead' then 1 end) as leads,
  count(case when g.said = 'worker' then 1 end) as workers,
  count(case when g.said = 'parent' then 1 end) as parents,
  count(case when g.said = 'child' then 1 end) as children,
  count(case when coalesce(g.said, '') not in ('lead', 'worker', 'parent', 'child') then 1 end) as others
from period cross join record r
left join given g on g.record = r.id and g.question = 'al_who'
where r.pathway = 'allegation'
  and r.created_at >= period.from_at and r.created_at < period.to_at
  and (period.authority = '' or r.authority = period.authority)
group by r.authority
