-- A limit counts in the weeks in which the panel stopped it.
with weeks (year, from_at, to_at) as (
  select 'chosen', period.from_at, period.to_at from period
  union all
  select 'before', period.before_from, period.before_to from period
),
panel as (
  select r.authority as authority, w.year as year, t.days as days, c.stopped_at <= c.due_at as in_time,
    row_number() over (partition by r.authority, w.year order by t.days) as place,
    count(*) over (partition by r.authority, w.year) as reviewed
  from weeks w
  join clock c on c.stopped_at >= w.from_at and c.stopped_at < w.to_at
  join took t on t.clock = c.id
  join record r on r.id = c.record
  where c.code = 'CDR.12M' and c.cancelled = '' and c.stopped_by = 'decide'
),
counted as (
  select authority, year, case when in_time then 'in_time' else 'late' end as came, case when 2 * place >= reviewed then days end as upper, null as waits from panel
  union all
  select r.authority, w.year, null, null, case when r.state = 'paused' then 'paused' else 'going' end
  from weeks w
  join record r on r.created_at >= w.from_at and r.created_at < w.to_at
  where r.pathway = 'child_death' and r.state in ('notified', 'gathering', 'analysed', 'panel', 'paused')
)
select counted.authority as authority, year,
  count(came) as reviewed,
  count(case when came = 'in_time' then 1 end) as in_time,
  count(case when came = 'late' then 1 end) as late,
  min(upper) as middle,
  count(waits) as open,
  count(case when waits = 'going' then 1 end) as going,
  count(case when waits = 'paused' then 1 end) as paused
from counted cross join period
where period.authority = '' or counted.authority = period.authority
group by counted.authority, year
