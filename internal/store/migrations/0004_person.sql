-- append only: person_version

create table person (
  id text primary key check (id <> ''),
  version bigint not null check (version >= 1),
  died text,
  sex text not null check (sex in ('', 'F', 'M', 'U')),
  gender text not null,
  ethnicity text not null,
  first_language text not null,
  interpreter text not null check (interpreter in ('', 'yes', 'no', 'unknown')),
  babies bigint not null,
  sealed boolean not null
);

-- Everything known of a person as it stood after each change, for looking back.
create table person_version (
  person text not null references person (id),
  version bigint not null,
  body jsonb not null,
  primary key (person, version)
);

create table person_name (
  person text not null references person (id),
  place bigint not null,
  id text not null,
  kind text not null,
  family text not null,
  given text not null,
  from_date text,
  until_date text,
  source_record text references record (id),
  source_at text,
  source_by text not null,
  primary key (person, place)
);

create table person_birth (
  person text not null references person (id),
  place bigint not null,
  id text not null,
  kind text not null check (kind in ('born', 'estimated', 'expected')),
  date text,
  source_record text references record (id),
  source_at text,
  source_by text not null,
  primary key (person, place)
);

create table person_identifier (
  person text not null references person (id),
  place bigint not null,
  id text not null,
  kind text not null,
  value text not null,
  issuer text not null,
  valid boolean not null,
  verified boolean not null,
  source_record text references record (id),
  source_at text,
  source_by text not null,
  primary key (person, place)
);

create table person_address (
  person text not null references person (id),
  place bigint not null,
  id text not null,
  kind text not null,
  lines jsonb not null,
  postcode text not null,
  uprn text not null,
  from_date text,
  until_date text,
  disclosure text not null,
  withheld_from jsonb not null,
  source_record text references record (id),
  source_at text,
  source_by text not null,
  primary key (person, place)
);

create table person_phone (
  person text not null references person (id),
  place bigint not null,
  id text not null,
  number text not null,
  safe text not null check (safe in ('', 'yes', 'no', 'unknown')),
  use_when text not null,
  source_record text references record (id),
  source_at text,
  source_by text not null,
  primary key (person, place)
);

-- from_person is the kind to to_person: a mother is from, her child is to. A
-- relationship is kept once and belongs to both.
create table person_relationship (
  id text primary key check (id <> ''),
  from_person text not null references person (id),
  to_person text not null references person (id),
  kind text not null,
  parental_responsibility text not null check (parental_responsibility in ('', 'yes', 'no', 'unknown')),
  lives_with text not null check (lives_with in ('', 'yes', 'no', 'unknown')),
  since_date text,
  until_date text,
  source_record text references record (id),
  source_at text,
  source_by text not null
);
create index person_relationship_from on person_relationship (from_person);
create index person_relationship_to on person_relationship (to_person);

-- What people are looked up by; only people who share a key are compared.
create table person_key (
  value text not null check (value <> ''),
  person text not null references person (id),
  primary key (value, person)
);
create index person_key_person on person_key (person);

-- A worker's judgement that two entries are one person. Undoing keeps the row.
create table same_as (
  id text primary key check (id <> ''),
  a text not null references person (id),
  b text not null references person (id),
  why text not null,
  source_record text references record (id),
  source_at text not null,
  source_by text not null,
  undone_at text,
  undone_by text not null,
  undone_why text not null,
  check (a <> b)
);
create index same_as_a on same_as (a);
create index same_as_b on same_as (b);

-- Who a record is about: the person behind a row of one of its groups.
create table record_person (
  record text not null references record (id),
  person text not null references person (id),
  row_group text not null,
  row_id text not null,
  role text not null,
  primary key (record, row_group, row_id, person)
);
create index record_person_person on record_person (person);
