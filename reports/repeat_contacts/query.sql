-- contact: a record with a limit for a first decision is an approach to a front
-- door. same: everyone a worker has said is the same child, through any number
-- of links; the least id of them stands for the child.
with recursive contact as (
  select rp.person as person, r.id as record, r.authority as authority, r.created_at as created_at
  from record r
  join record_person rp on rp.record = r.id and rp.role = 'child'
  cross join period
  where r.created_at >= case when period.year_at < period.from_at then period.year_at else period.from_at end
    and r.created_at < period.to_at
    and exists (select 1 from clock c where c.record = r.id and c.code = 'REF.DECIDE')
),
linked as (
  select a as person, b as other from same_as where undone_at is null
  union
  select b as person, a as other from same_as where undone_at is null
),
same (person, other) as (
  select contact.person, contact.person from contact
  union
  select same.person, linked.other from same join linked on linked.person = same.other
),
child as (
  select person, min(other) as child from same group by person
),
seen as (
  select child.child as child, contact.authority as authority
  from contact join child on child.person = contact.person
  cross join period
  where contact.created_at >= period.from_at
    and (period.authority = '' or contact.authority = period.authority)
  group by child.child, contact.authority
),
times as (
  select child.child as child, count(distinct contact.record) as n
  from contact join child on child.person = contact.person
  cross join period
  where contact.created_at >= period.year_at
  group by child.child
)
select seen.authority as authority,
  count(*) as children,
  count(case when times.n = 1 then 1 end) as one,
  count(case when times.n = 2 then 1 end) as two,
  count(case when times.n >= 3 then 1 end) as more
from seen join times on times.child = seen.child
group by seen.authority
