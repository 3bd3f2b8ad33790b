select r.authority as authority,
  count(*) as told,
  count(case when g.said in ('primary', 'secondary', 'special', 'college', 'independent') then 1 end) as schools,
  count(case when g.said = 'early_years' then 1 end) as early,
  count(case when g.said in ('social_care', 'fostering', 'residential') then 1 end) as care,
  count(case when g.said = 'health' then 1 end) as health,
  count(case when g.said in ('police', 'youth_justice', 'probation', 'cafcass', 'secure') then 1 end) as justice,
  count(case when g.said in ('sport', 'faith', 'voluntary_youth') then 1 end) as community,
  count(case when coalesce(g.said, 'other') not in ('primary', 'secondary', 'special', 'college', 'independent', 'early_years', 'social_care', 'fostering',
    'residential', 'health', 'police', 'youth_justice', 'probation', 'cafcass', 'secure', 'sport', 'faith', 'voluntary_youth') then 1 end) as others
from period cross join record r
left join given g on g.record = r.id and g.question = 'work_sector'
where r.pathway = 'allegation'
  and r.created_at >= period.from_at and r.created_at < period.to_at
  and (period.authority = '' or r.authority = period.authority)
group by r.authority
