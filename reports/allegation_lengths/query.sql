with cases as (
  select r.authority as authority, t.days as days,
    row_number() over (partition by r.authority order by t.days is null, t.days) as place,
    count(t.days) over (partition by r.authority) as ended
  from period cross join record r
  join clock c on c.record = r.id and c.code = 'LADO.12M' and c.cancelled = ''
  left join took t on t.clock = c.id
  where r.pathway = 'allegation'
    and r.created_at >= period.from_at and r.created_at < period.to_at
    and (period.authority = '' or r.authority = period.authority)
    and r.state not in ('advised', 'low_level', 'other_lado')
)
select authority,
  count(*) as cases,
  count(days) as ended,
  count(case when days is null then 1 end) as going,
  min(case when 2 * place >= ended then days end) as middle,
  max(days) as longest
from cases
group by authority
