-- Several codes are one text: ["history","recording"].
with gaps (gap) as (select 'voice' union all select 'carers' union all select 'history' union all select 'sharing' union all select 'assessing' union all select 'planning' union all select 'delay' union all select 'challenge' union all select 'recording' union all select 'identity' union all select 'none')
select r.authority as authority, x.gap as gap,
  count(*) as settled,
  count(case when g.said like '%"' || x.gap || '"%' then 1 end) as missing,
  count(case when g.said not like '%"' || x.gap || '"%' then 1 end) as others
from period cross join record r
join given g on g.record = r.id and g.question = 'met_gaps'
cross join gaps x
where r.pathway = 'case_audit' and r.state <> 'dropped'
  and r.created_at >= period.from_at and r.created_at < period.to_at
  and (period.authority = '' or r.authority = period.authority)
group by r.authority, x.gap
