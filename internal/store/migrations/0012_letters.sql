-- append only: letter_check, copy_given

-- A letter or a copy was given to a second person to look at, and what they said.
-- about names the step or the copy, hash exactly what they had before them. words
-- are sealed.
create table letter_check (
  id text primary key check (id <> ''),
  record text not null references record (id),
  seq bigint not null,
  act text not null check (act in ('asked', 'agreed', 'declined')),
  about text not null,
  owner text not null,
  hash text not null,
  words text not null,
  author text not null,
  made_at text not null,
  unique (record, seq)
);

-- What was given to whom on paper. body and who are sealed; pdf_sha256 is of the
-- very bytes.
create table copy_given (
  id text primary key check (id <> ''),
  record text not null references record (id),
  copy text not null,
  kind text not null,
  row_group text not null,
  row_id text not null,
  agency text not null,
  only_step text not null,
  title text not null,
  who text not null,
  body text not null,
  phone text not null,
  hash text not null,
  pdf_sha256 text not null,
  checked_by text not null,
  author text not null,
  given_at text not null
);
create index copy_given_record on copy_given (record, given_at);
