-- Several codes are one text: ["duties","site"].
with instead (alternative) as (select 'duties' union all select 'supervision' union all select 'site' union all select 'leave' union all select 'home' union all select 'none')
select r.authority as authority, i.alternative as alternative,
  count(*) as decisions,
  count(case when g.said like '%"' || i.alternative || '"%' then 1 end) as considered,
  count(case when g.said not like '%"' || i.alternative || '"%' then 1 end) as others
from period cross join record r
join given g on g.record = r.id and g.question like 'suspensions/%/suspension_else'
cross join instead i
where r.pathway = 'allegation'
  and r.created_at >= period.from_at and r.created_at < period.to_at
  and (period.authority = '' or r.authority = period.authority)
group by r.authority, i.alternative
