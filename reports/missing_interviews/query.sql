with counted as (
  select r.authority as authority, c.code as code,
    case when c.stopped_at is null and c.due_at >= period.now_at then 'waiting'
      when c.stopped_at is null then 'overdue'
      when c.stopped_by = 'gone_again' then 'again'
      when c.stopped_by = 'refuse' then 'refused'
      when c.stopped_at <= c.due_at then 'in_time' else 'late' end as came
  from period
  cross join clock c
  join record r on r.id = c.record
  where c.code in ('RHI72', 'RHI.OFFER') and c.cancelled = ''
    and c.started_at >= period.from_at and c.started_at < period.to_at
    and (period.authority = '' or r.authority = period.authority)
)
select authority,
  count(case when code = 'RHI72' then 1 end) as back,
  count(case when code = 'RHI72' and came = 'in_time' then 1 end) as in_time,
  count(case when code = 'RHI72' and came = 'late' then 1 end) as late,
  count(case when code = 'RHI72' and came = 'refused' then 1 end) as refused,
  count(case when code = 'RHI72' and came = 'again' then 1 end) as again,
  count(case when code = 'RHI72' and came = 'waiting' then 1 end) as waiting,
  count(case when code = 'RHI72' and came = 'overdue' then 1 end) as overdue,
  count(case when code = 'RHI.OFFER' then 1 end) as offers,
  count(case when code = 'RHI.OFFER' and came = 'in_time' then 1 end) as offered,
  count(case when code = 'RHI.OFFER' and came = 'late' then 1 end) as offered_late,
  count(case when code = 'RHI.OFFER' and came not in ('in_time', 'late') then 1 end) as not_offered
from counted
group by authority
