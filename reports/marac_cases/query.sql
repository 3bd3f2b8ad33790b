-- When a meeting was is said in London time and weeks begin in UTC: in summer one in
-- the last hour of a Sunday counts in the week after.
with heard as (
  select r.id as record, r.authority as authority, coalesce(p.said, '') as again
  from period cross join record r
  join given h on h.record = r.id and h.question like 'hearings/%/heard_at'
  left join given p on p.record = r.id and p.question = replace(h.question, '/heard_at', '/heard_repeat')
  where r.pathway = 'marac' and h.said >= period.from_at and h.said < period.to_at
    and (period.authority = '' or r.authority = period.authority)
),
counted as (
  select authority, again, null as victim from heard
  union all
  select heard.authority, null, v.said
  from heard join given v on v.record = heard.record and v.question like 'children/%/child_victim'
)
select authority,
  count(again) as heard,
  count(case when again = 'no' then 1 end) as first,
  count(case when again = 'yes' then 1 end) as again,
  count(case when again not in ('no', 'yes') then 1 end) as unsaid,
  count(victim) as children,
  count(case when victim <> 'yes' then 1 end) as home,
  count(case when victim = 'yes' then 1 end) as victims
from counted
group by authority
