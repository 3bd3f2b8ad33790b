-- A new rating cancels the clock and starts another from the same moment, so
-- each request has one that was not cancelled.
select r.authority as authority, r.each_of as agency,
  count(*) as asked,
  count(case when c.stopped_at <= c.due_at and c.stopped_by not in ('decline', 'take_back') then 1 end) as in_time,
  count(case when c.stopped_at > c.due_at and c.stopped_by not in ('decline', 'take_back') then 1 end) as late,
  count(case when c.stopped_by = 'decline' then 1 end) as declined,
  count(case when c.stopped_by = 'take_back' then 1 end) as taken_back,
  count(case when c.stopped_at is null and c.due_at >= period.now_at then 1 end) as waiting,
  count(case when c.stopped_at is null and c.due_at < period.now_at then 1 end) as overdue
from period
cross join clock c
join record r on r.id = c.record
where c.code = 'MASH.INFO' and c.cancelled = '' and r.each_of <> '' and r.parent is not null
  and c.started_at >= period.from_at and c.started_at < period.to_at
  and (period.authority = '' or r.authority = period.authority)
group by r.authority, r.each_of
