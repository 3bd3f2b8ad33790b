-- append only: record_source, source_read, redaction

-- Who it is that a record on a pathway with a sealed source came from. Everywhere
-- else they are called by the record's id. lookup is a keyed hash by which they find
-- what they sent; who is sealed.
create table record_source (
  record text primary key references record (id),
  lookup text not null,
  who text not null check (who <> '')
);
create index record_source_lookup on record_source (lookup);

-- A notice to a sealed source was read. Only they can have read it.
create table source_read (
  notice text primary key references notice (id),
  read_at text not null
);

-- What is given of which record to somebody who asks for what is held, block by
-- block. record is the request, source the record a block stands in, and hash the
-- block as it was when it was decided. Of one block the newest row counts. A row
-- without a block says that the record as a whole is looked at, or is not. words
-- are sealed: what is hidden, and why.
create table redaction (
  id text primary key check (id <> ''),
  record text not null references record (id),
  nth bigint not null,
  source text not null check (source <> ''),
  block text not null,
  hash text not null,
  decision text not null check (decision in ('bring', 'leave', 'give', 'redact', 'withhold')),
  ground text not null,
  words text not null,
  author text not null,
  made_at text not null,
  unique (record, nth)
);
