with strand (strand) as (select 'police' union all select 'social_care' union all select 'employer')
select r.authority as authority, s.strand as strand,
  count(*) as told,
  count(case when g.said = 'going' then 1 end) as going,
  count(case when g.said = 'ended' then 1 end) as ended,
  count(case when g.said = 'not_needed' then 1 end) as not_needed,
  count(case when coalesce(g.said, '') not in ('going', 'ended', 'not_needed') then 1 end) as others
from period cross join record r
cross join strand s
left join given g on g.record = r.id and g.question = 'strands/' || s.strand || '/strand_state'
where r.pathway = 'allegation'
  and r.created_at >= period.from_at and r.created_at < period.to_at
  and (period.authority = '' or r.authority = period.authority)
group by r.authority, s.strand
