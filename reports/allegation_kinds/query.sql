select r.authority as authority,
  count(*) as alleged,
  count(case when g.said = 'physical' then 1 end) as physical,
  count(case when g.said = 'emotional' then 1 end) as emotional,
  count(case when g.said = 'sexual' then 1 end) as sexual,
  count(case when g.said = 'neglect' then 1 end) as neglect,
  count(case when g.said = 'online' then 1 end) as online,
  count(case when g.said = 'outside' then 1 end) as outside,
  count(case when g.said not in ('physical', 'emotional', 'sexual', 'neglect', 'online', 'outside') then 1 end) as conduct
from period cross join record r
join given g on g.record = r.id and g.question like 'allegations/%/allegation_kind'
where r.pathway = 'allegation'
  and r.created_at >= period.from_at and r.created_at < period.to_at
  and (period.authority = '' or r.authority = period.authority)
group by r.authority
