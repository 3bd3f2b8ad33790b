-- A state that is none of these is one after the end.
select r.authority as authority,
  count(*) as told,
  count(case when r.state in ('received', 'evaluating') then 1 end) as waiting,
  count(case when r.state = 'advised' then 1 end) as advice,
  count(case when r.state = 'low_level' then 1 end) as low,
  count(case when r.state = 'other_lado' then 1 end) as passed,
  count(case when r.state = 'managing' then 1 end) as going,
  count(case when r.state not in ('received', 'evaluating', 'advised', 'low_level', 'other_lado', 'managing') then 1 end) as ended
from period cross join record r
where r.pathway = 'allegation'
  and r.created_at >= period.from_at and r.created_at < period.to_at
  and (period.authority = '' or r.authority = period.authority)
group by r.authority
