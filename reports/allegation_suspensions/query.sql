with decided as (
  select r.id as record, r.authority as authority,
    count(case when g.said = 'suspended' then 1 end) as suspended,
    count(case when g.said = 'changed' then 1 end) as changed,
    count(case when g.said = 'left' then 1 end) as gone,
    count(g.said) as decisions
  from period cross join record r
  left join given g on g.record = r.id and g.question like 'suspensions/%/suspension_what'
  where r.pathway = 'allegation'
    and r.created_at >= period.from_at and r.created_at < period.to_at
    and (period.authority = '' or r.authority = period.authority)
  group by r.id, r.authority
)
select authority,
  count(*) as told,
  count(case when suspended > 0 then 1 end) as suspended,
  count(case when suspended = 0 and changed > 0 then 1 end) as changed,
  count(case when suspended = 0 and changed = 0 and gone > 0 then 1 end) as gone,
  count(case when suspended = 0 and changed = 0 and gone = 0 and decisions > 0 then 1 end) as works,
  count(case when decisions = 0 then 1 end) as none
from decided
group by authority
