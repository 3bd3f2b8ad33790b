-- append only: tool_edition, tool_licence, tool_told, record_tool, course_attended, course_undone

-- An edition of a form that belongs to somebody else, or of the practice example
-- that ships in its place. body is the file as it came. A record begun on or after
-- from_date, and after recorded_at, is scored with it.
create table tool_edition (
  id text primary key check (id <> ''),
  tool text not null,
  edition text not null,
  title text not null,
  holder text not null,
  practice boolean not null,
  body text not null,
  sha256 text not null,
  from_date text not null,
  recorded_at text not null,
  author text not null
);
create index tool_edition_tool on tool_edition (tool, from_date);

-- The right to use a form. The latest row of a form is the one that counts.
create table tool_licence (
  id text primary key check (id <> ''),
  tool text not null,
  holder text not null,
  number text not null,
  until_date text not null,
  accountable text not null references worker (id),
  after_end text not null check (after_end in ('read', 'finish', 'none')),
  recorded_at text not null,
  author text not null
);
create index tool_licence_tool on tool_licence (tool, recorded_at);

-- Whom was told, once each, that a licence runs out.
create table tool_told (
  licence text not null references tool_licence (id),
  what text not null,
  told_at text not null,
  primary key (licence, what)
);

-- The edition with which the rows of a group of a record are scored.
create table record_tool (
  record text not null references record (id),
  row_group text not null,
  tool text not null,
  edition text not null references tool_edition (id),
  practice boolean not null,
  began_at text not null,
  primary key (record, row_group)
);
create index record_tool_tool on record_tool (tool, edition);

-- What each worker has attended: one session of a course on one day.
create table course_attended (
  id text primary key check (id <> ''),
  worker text not null references worker (id),
  course text not null,
  session text not null,
  attended_date text not null,
  trainer text not null,
  recorded_at text not null,
  author text not null
);
create index course_attended_worker on course_attended (worker, course);

-- An attendance that was entered by mistake.
create table course_undone (
  attended text primary key references course_attended (id),
  why text not null,
  recorded_at text not null,
  author text not null
);
