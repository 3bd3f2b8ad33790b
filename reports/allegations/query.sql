-- A state that is none of these is one after the end.
with weeks (year, from_at, to_at) as (
  select 'chosen', period.from_at, period.to_at from period
  union all
  select 'before', period.before_from, period.before_to from period
)
select r.authority as authority, w.year as year,
  count(*) as told,
  count(case when r.state in ('received', 'evaluating') then 1 end) as waiting,
  count(case when r.state = 'advised' then 1 end) as advice,
  count(case when r.state = 'low_level' then 1 end) as low,
  count(case when r.state = 'other_lado' then 1 end) as passed,
  count(case when r.state = 'managing' then 1 end) as going,
  count(case when r.state not in ('received', 'evaluating', 'advised', 'low_level', 'other_lado', 'managing') then 1 end) as ended
from period cross join weeks w
join record r on r.created_at >= w.from_at and r.created_at < w.to_at
where r.pathway = 'allegation'
  and (period.authority = '' or r.authority = period.authority)
group by r.authority, w.year
