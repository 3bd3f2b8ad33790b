-- What is alleged and its outcome are answers of one row: allegations/<row>/<question>.
select r.authority as authority,
  count(*) as alleged,
  count(case when o.said = 'substantiated' then 1 end) as substantiated,
  count(case when o.said = 'unsubstantiated' then 1 end) as unsubstantiated,
  count(case when o.said = 'unfounded' then 1 end) as unfounded,
  count(case when o.said = 'false' then 1 end) as untrue,
  count(case when o.said = 'malicious' then 1 end) as malicious,
  count(case when o.said = 'transferred' then 1 end) as transferred,
  count(case when coalesce(o.said, 'ongoing') not in ('substantiated', 'unsubstantiated', 'unfounded', 'false', 'malicious', 'transferred') then 1 end) as ongoing
from period cross join record r
join given w on w.record = r.id and w.question like 'allegations/%/allegation_what'
left join given o on o.record = r.id and o.question = replace(w.question, '/allegation_what', '/outcome')
where r.pathway = 'allegation'
  and r.created_at >= period.from_at and r.created_at < period.to_at
  and (period.authority = '' or r.authority = period.authority)
group by r.authority
