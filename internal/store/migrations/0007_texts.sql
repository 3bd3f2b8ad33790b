-- append only: text_content, text_change, text_act

-- The bytes of every text, picture and document that was ever asked for or
-- published, by the SHA-256 of them.
create table text_content (
  hash text primary key check (length(hash) = 64),
  bytes bytea not null
);

-- One change of one file, as its writer asked for it. base is the change that
-- its writer began from, and follows the one that it takes up again.
create table text_change (
  id text primary key check (id <> ''),
  kind text not null check (kind in ('write', 'remove', 'rename')),
  name text not null check (name <> ''),
  new_name text not null,
  content text references text_content (hash),
  base text not null,
  follows text not null,
  author text not null,
  why text not null,
  made_at text not null
);
create index text_change_name on text_change (name, id);

-- What was done with a change. seq counts every act of every node, so that
-- there is one order. from_at is when what is published comes into force; null
-- there says that it always was.
create table text_act (
  seq bigint primary key,
  change text not null references text_change (id),
  act text not null check (act in ('asked', 'approved', 'declined', 'withdrawn', 'published', 'corrected', 'recalled')),
  actor text not null,
  why text not null,
  edition text not null,
  from_at text,
  happened_at text not null
);
create index text_act_change on text_act (change, seq);

-- A text that a worker is writing.
create table text_draft (
  worker text not null references worker (id),
  name text not null,
  content text not null,
  base text not null,
  saved_at text not null,
  version bigint not null,
  primary key (worker, name)
);

-- At most one row: the number of the last act. Whoever adds one locks it first.
create table text_head (
  id bigint primary key check (id = 1),
  version bigint not null
);
