-- When a meeting was is said in London time and weeks begin in UTC: in summer one in
-- the last hour of a Sunday counts in the week after.
with counted as (
  select r.authority as authority,
    case when c.stopped_at is null and c.due_at >= period.now_at then 'waiting'
      when c.stopped_at is null then 'overdue'
      when c.stopped_by <> 'meet' then 'ended'
      when c.stopped_at <= c.due_at then 'in_time' else 'late' end as is_limit,
    null as is_meeting
  from period
  cross join clock c
  join record r on r.id = c.record
  where c.code = 'LADO.REVIEW' and c.cancelled = ''
    and c.started_at >= period.from_at and c.started_at < period.to_at
    and (period.authority = '' or r.authority = period.authority)
  union all
  select r.authority, null, coalesce(k.said, 'final')
  from period cross join record r
  join given h on h.record = r.id and h.question like 'meetings/%/meeting_at'
  left join given k on k.record = r.id and k.question = replace(h.question, '/meeting_at', '/meeting_kind')
  where r.pathway = 'allegation' and h.said >= period.from_at and h.said < period.to_at
    and (period.authority = '' or r.authority = period.authority)
)
select authority,
  count(is_limit) as due,
  count(case when is_limit = 'in_time' then 1 end) as in_time,
  count(case when is_limit = 'late' then 1 end) as late,
  count(case when is_limit = 'ended' then 1 end) as ended,
  count(case when is_limit = 'waiting' then 1 end) as waiting,
  count(case when is_limit = 'overdue' then 1 end) as overdue,
  count(is_meeting) as meetings,
  count(case when is_meeting = 'discussion' then 1 end) as first,
  count(case when is_meeting = 'strategy' then 1 end) as strategy,
  count(case when is_meeting = 'review' then 1 end) as review,
  count(case when is_meeting not in ('discussion', 'strategy', 'review') then 1 end) as final
from counted
group by authority
