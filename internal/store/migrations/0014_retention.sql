-- append only: retention_act, destruction, destruction_end

-- Until when a closed record is kept, as the rules of its pathway work it out, and
-- how its review stands. An open record has no row.
create table retention (
  record text primary key references record (id),
  ruled boolean not null,
  rule text not null,
  until_date text,  -- as the rule gives it; null when nobody can say
  longer_date text, -- as somebody decided
  keep_date text,   -- the later of the two
  sum text not null,
  source text not null,
  unconfirmed boolean not null,
  basis text not null, -- what it was worked out from, beside the record
  state text not null check (state in ('kept', 'due', 'proposed', 'approved')),
  worked_at text not null,
  due_at text
);
create index retention_state on retention (state, keep_date);

-- What was decided about keeping a record. reason is sealed. seen is a hash of the
-- record as whoever acted saw it.
create table retention_act (
  id text primary key check (id <> ''),
  record text not null references record (id),
  nth bigint not null,
  act text not null check (act in ('longer', 'proposed', 'stopped', 'approved', 'lapsed')),
  author text not null,
  reason text not null,
  until_date text,
  seen text not null,
  happened_at text not null,
  unique (record, nth)
);

-- Nothing that a hold is on may be destroyed: a record, every record about a
-- person, or every record of a pathway or an authority, where '' is all of them.
create table legal_hold (
  id text primary key check (id <> ''),
  kind text not null check (kind in ('record', 'person', 'all')),
  record text references record (id),
  person text references person (id),
  pathway text not null,
  authority text not null,
  reason text not null,
  author text not null,
  made_at text not null,
  lifted_at text,
  lifted_by text not null,
  lifted_why text not null
);
create index legal_hold_record on legal_hold (record) where record is not null;
create index legal_hold_person on legal_hold (person) where person is not null;
create index legal_hold_stands on legal_hold (kind) where lifted_at is null;

-- A destruction that two people decided, and all that is left of its record. It
-- names nobody that the record was about. readers are those who could open it.
create table destruction (
  id text primary key check (id <> ''),
  record text not null check (record <> ''),
  reference text not null,
  pathway text not null,
  title text not null,
  authority text not null,
  begun_at text not null,
  closed_at text not null,
  rule text not null,
  keep_date text,
  proposed_by text not null,
  proposed_at text not null,
  proposed_why text not null,
  approved_by text not null,
  approved_at text not null,
  approved_why text not null,
  seen text not null,
  readers jsonb not null,
  check (proposed_by <> approved_by)
);
create index destruction_record on destruction (record);
create index destruction_reference on destruction (reference);
create index destruction_approved on destruction (approved_at);

-- How it ended: it was done, with how many rows of each table went, or it was
-- stopped, or the record had changed.
create table destruction_end (
  destruction text primary key references destruction (id),
  act text not null check (act in ('done', 'stopped', 'lapsed')),
  author text not null,
  why text not null,
  rows_gone jsonb not null,
  happened_at text not null
);
