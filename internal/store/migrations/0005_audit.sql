-- append only: audit, audit_hash, checkpoint, notice, notice_read

-- The log of who did or looked at what. body is the exact text that is hashed;
-- the other columns repeat parts of it for queries.
create table audit (
  seq bigint primary key,
  happened_at text not null,
  actor text not null,
  act text not null,
  subject text not null,
  body text not null
);
create index audit_subject on audit (subject, seq) where subject <> '';
create index audit_actor on audit (actor, seq);
create index audit_act on audit (act, seq);
create index audit_happened on audit (happened_at, seq);

-- The nodes of the log's tree.
create table audit_hash (
  place bigint primary key,
  hash bytea not null
);

-- At most one row. Whoever adds to the log locks it first, so there is one order.
-- mark moves with every change that a board shows.
create table audit_head (
  id bigint primary key check (id = 1),
  size bigint not null,
  mark bigint not null
);

create table checkpoint (
  size bigint not null,
  made_at text not null,
  body text not null,
  primary key (size, made_at)
);

-- A neutral line for one worker or a team. message names a text; it holds none.
create table notice (
  id text primary key check (id <> ''),
  principal text not null,
  record text references record (id),
  message text not null,
  made_at text not null
);
create index notice_principal on notice (principal, made_at);
create index notice_record on notice (record) where record is not null;

create table notice_read (
  notice text not null references notice (id),
  worker text not null references worker (id),
  read_at text not null,
  primary key (notice, worker)
);

-- Settings of the program itself.
create table meta (
  key text primary key check (key <> ''),
  value text not null
);
