-- append only: meeting_together

-- A meeting about several records at once, such as the core group of brothers and
-- sisters who each have a plan of their own. Of one record and one kind of meeting
-- the newest row counts: with 'join' it is held as one with all that have the same
-- together, with 'leave' by itself again.
create table meeting_together (
  id text primary key check (id <> ''),
  record text not null references record (id),
  meeting text not null,
  nth bigint not null,
  together text not null check (together <> ''),
  act text not null check (act in ('join', 'leave')),
  author text not null,
  made_at text not null,
  unique (record, meeting, nth)
);
create index meeting_together_shared on meeting_together (together);
