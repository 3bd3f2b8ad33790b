-- The three limits of a case begin and stop together.
select r.authority as authority,
  count(*) as cases,
  count(case when a.stopped_at <= a.due_at then 1 end) as one,
  count(case when a.stopped_at > a.due_at and b.stopped_at <= b.due_at then 1 end) as three,
  count(case when b.stopped_at > b.due_at and c.stopped_at <= c.due_at then 1 end) as twelve,
  count(case when c.stopped_at > c.due_at then 1 end) as later,
  count(case when a.stopped_at is null then 1 end) as going
from period cross join record r
join clock a on a.record = r.id and a.code = 'LADO.1M' and a.cancelled = ''
join clock b on b.record = r.id and b.code = 'LADO.3M' and b.cancelled = ''
join clock c on c.record = r.id and c.code = 'LADO.12M' and c.cancelled = ''
where r.pathway = 'allegation'
  and r.created_at >= period.from_at and r.created_at < period.to_at
  and (period.authority = '' or r.authority = period.authority)
  and r.state not in ('advised', 'low_level', 'other_lado')
group by r.authority
