with graded as (
  select r.authority as authority, coalesce(a.said, 'other') as theme, coalesce(g.said, '') as grade
  from period cross join record r
  left join given a on a.record = r.id and a.question = 'audit_about'
  left join given g on g.record = r.id and g.question = 'met_grade'
  where r.pathway = 'case_audit' and r.state <> 'dropped'
    and r.created_at >= period.from_at and r.created_at < period.to_at
    and (period.authority = '' or r.authority = period.authority)
),
counted as (
  select authority, theme, grade, count(*) as n, sum(count(*)) over (partition by authority, theme) as cases
  from graded group by authority, theme, grade
)
select authority, theme, grade, cases, n as got, cases - n as others
from counted
