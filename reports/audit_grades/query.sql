select r.authority as authority, a.said as agency,
  count(*) as parts,
  count(case when g.said = 'strong' then 1 end) as strong,
  count(case when g.said = 'good' then 1 end) as good,
  count(case when g.said = 'needs' then 1 end) as needs,
  count(case when g.said = 'poor' then 1 end) as poor,
  count(case when coalesce(g.said, '') not in ('strong', 'good', 'needs', 'poor') then 1 end) as open
from period cross join record r
join given a on a.record = r.id and a.question like 'parts/%/part_agency'
left join given g on g.record = r.id and g.question = replace(a.question, '/part_agency', '/part_settled')
where r.pathway = 'case_audit' and r.state <> 'dropped'
  and r.created_at >= period.from_at and r.created_at < period.to_at
  and (period.authority = '' or r.authority = period.authority)
group by r.authority, a.said
