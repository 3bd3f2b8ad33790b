-- When the panel met is said in London time and weeks begin in UTC: in summer one in
-- the last hour of a Sunday counts in the week after.
with weeks (year, from_at, to_at) as (
  select 'chosen', period.from_at, period.to_at from period
  union all
  select 'before', period.before_from, period.before_to from period
),
counted as (
  select r.authority as authority, w.year as year, null as found,
    case when r.state = 'not_ours' then 'not_ours' else coalesce(d.said, e.said, 'unclear') end as death
  from weeks w
  join record r on r.created_at >= w.from_at and r.created_at < w.to_at
  left join given e on e.record = r.id and e.question = 'expected'
  left join given d on d.record = r.id and d.question = 'expected_doctor'
  where r.pathway = 'child_death' and r.state <> 'joined'
  union all
  select r.authority, w.year, coalesce(c.said, 'unclear'), null
  from weeks w cross join record r
  join given p on p.record = r.id and p.question = 'panel_at'
  left join given c on c.record = r.id and c.question = 'panel_change'
  where r.pathway = 'child_death' and p.said >= w.from_at and p.said < w.to_at
)
select counted.authority as authority, year,
  count(death) as notified,
  count(case when death = 'yes_expected' then 1 end) as expected,
  count(case when death = 'no_unexpected' then 1 end) as unexpected,
  count(case when death not in ('yes_expected', 'no_unexpected', 'not_ours') then 1 end) as unclear,
  count(case when death = 'not_ours' then 1 end) as not_ours,
  count(found) as reviewed,
  count(case when found = 'yes' then 1 end) as modifiable,
  count(case when found = 'no' then 1 end) as none,
  count(case when found not in ('yes', 'no') then 1 end) as unknown
from counted cross join period
where period.authority = '' or counted.authority = period.authority
group by counted.authority, year
