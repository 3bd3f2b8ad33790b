-- Several codes are one text: ["HARM","RISK"].
with about (criterion) as (select 'HARM' union all select 'OFFENCE' union all select 'RISK' union all select 'SUIT' union all select 'outside'),
told as (
  select r.authority as authority, a.criterion as criterion,
    case when a.criterion = 'outside' then coalesce(t.said, '') = 'yes'
      else d.said = 'criteria' and coalesce(c.said, '') like '%"' || a.criterion || '"%' end as met
  from period cross join record r cross join about a
  left join given d on d.record = r.id and d.question = 'al_decision'
  left join given c on c.record = r.id and c.question = 'al_criteria'
  left join given t on t.record = r.id and t.question = 'al_transferable'
  where r.pathway = 'allegation'
    and r.created_at >= period.from_at and r.created_at < period.to_at
    and (period.authority = '' or r.authority = period.authority)
)
select authority, criterion,
  count(*) as told,
  count(case when met then 1 end) as met,
  count(case when met then null else 1 end) as others
from told
group by authority, criterion
