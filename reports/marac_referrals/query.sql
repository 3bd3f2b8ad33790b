with referred as (
  select r.authority as authority, coalesce(f.said, '') as agency
  from period cross join record r
  left join given f on f.record = r.id and f.question = 'mr_from'
  where r.pathway = 'marac'
    and r.created_at >= period.from_at and r.created_at < period.to_at
    and (period.authority = '' or r.authority = period.authority)
)
select authority,
  count(*) as referrals,
  count(case when agency = 'police' then 1 end) as police,
  count(case when agency = 'idva' then 1 end) as idva,
  count(case when agency = 'child_care' then 1 end) as child_care,
  count(case when agency = 'adult_care' then 1 end) as adult_care,
  count(case when agency = 'health' then 1 end) as health,
  count(case when agency = 'mental_health' then 1 end) as mental_health,
  count(case when agency = 'substances' then 1 end) as substances,
  count(case when agency = 'probation' then 1 end) as probation,
  count(case when agency = 'housing' then 1 end) as housing,
  count(case when agency = 'education' then 1 end) as education,
  count(case when agency = 'specialist' then 1 end) as specialist,
  count(case when agency not in ('police', 'idva', 'child_care', 'adult_care', 'health', 'mental_health', 'substances', 'probation', 'housing', 'education', 'specialist', '') then 1 end) as other,
  count(case when agency = '' then 1 end) as unsaid
from referred
group by authority
