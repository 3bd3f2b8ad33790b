-- Several codes are one text: ["online","money"].
with sign (sign) as (select 'sexual' union all select 'criminal' union all select 'gang' union all select 'online' union all select 'older' union all select 'money' union all select 'travel' union all select 'trafficked' union all select 'none'),
missing as (
  select r.authority as authority, s.sign as sign,
    case when s.sign = 'none' then coalesce(w.said, '') like '%"none"%' and coalesce(i.said, '"none"') like '%"none"%'
      else coalesce(w.said, '') like '%"' || s.sign || '"%' or coalesce(i.said, '') like '%"' || s.sign || '"%' end as seen
  from period cross join record r cross join sign s
  left join given w on w.record = r.id and w.question = 'missing_signs'
  left join given i on i.record = r.id and i.question = 'interview_flags'
  where r.pathway = 'missing_episode'
    and r.created_at >= period.from_at and r.created_at < period.to_at
    and (period.authority = '' or r.authority = period.authority)
)
select authority, sign,
  count(*) as times,
  count(case when seen then 1 end) as seen,
  count(case when seen then null else 1 end) as others
from missing
group by authority, sign
