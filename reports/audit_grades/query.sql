with graded as (
  select r.authority as authority, a.said as agency, coalesce(g.said, '') as grade
  from period cross join record r
  join given a on a.record = r.id and a.question like 'parts/%/part_agency'
  left join given g on g.record = r.id and g.question = replace(a.question, '/part_agency', '/part_settled')
  where r.pathway = 'case_audit' and r.state <> 'dropped'
    and r.created_at >= period.from_at and r.created_at < period.to_at
    and (period.authority = '' or r.authority = period.authority)
),
counted as (
  select authority, agency, grade, count(*) as n, sum(count(*)) over (partition by authority, agency) as parts
  from graded group by authority, agency, grade
)
select authority, agency, grade, parts, n as got, parts - n as others
from counted
