-- A visit opens the record that its code opens, and need not be told which. SQLite
-- cannot drop a column that names another table, so the table is made again.
create table visit_or_session (
  id text primary key check (id <> ''),
  worker text references worker (id),
  created_at text not null,
  seen_at text not null,
  expires_at text not null,
  ended_at text,
  device text not null,
  second_at text,
  reauth_at text,
  data jsonb not null
);
insert into visit_or_session
  select id, worker, created_at, seen_at, expires_at, ended_at, device, second_at, reauth_at, data from session;
drop table session;
alter table visit_or_session rename to session;
create index session_worker on session (worker) where worker is not null;
create index session_expires on session (expires_at);
