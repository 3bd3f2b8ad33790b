-- append only: meeting_invite

-- Each time someone was invited to a meeting, or told that it is off or that they
-- are no longer asked. A calendar knows the meeting by uid, and what is newer by
-- sequence. sealed is the address it went to; mark stands for the place.
create table meeting_invite (
  id text primary key check (id <> ''),
  record text not null references record (id),
  meeting text not null,
  nth bigint not null,
  row_id text not null,
  uid text not null check (uid <> ''),
  sequence bigint not null,
  act text not null check (act in ('request', 'cancel')),
  worker text references worker (id),
  sealed text not null,
  starts_at text not null,
  ends_at text not null,
  mark text not null,
  author text not null,
  sent_at text not null,
  unique (uid, sequence)
);
create index meeting_invite_record on meeting_invite (record, sent_at);
create index meeting_invite_worker on meeting_invite (worker, ends_at);
