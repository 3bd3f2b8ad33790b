select r.authority as authority,
  count(*) as duties,
  count(case when c.stopped_at <= c.due_at then 1 end) as in_time,
  count(case when c.stopped_at > c.due_at then 1 end) as late,
  count(case when c.stopped_at is null and c.due_at >= period.now_at then 1 end) as waiting,
  count(case when c.stopped_at is null and c.due_at < period.now_at then 1 end) as overdue
from period
cross join clock c
join record r on r.id = c.record
where c.code = 'LADO.DBS' and c.cancelled = ''
  and c.started_at >= period.from_at and c.started_at < period.to_at
  and (period.authority = '' or r.authority = period.authority)
group by r.authority
