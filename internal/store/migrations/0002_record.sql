-- append only: pathway_text, revision, link, entry, message, message_read, document

-- Text columns that may be unknown are '' when unknown; instants, dates and
-- references to other rows are null.

-- The text of a pathway's folder as it was, by its content hash, so that a
-- record can always be read with the questions it was made with.
create table pathway_text (
  hash text primary key check (hash <> ''),
  name text not null check (name <> ''),
  version bigint not null,
  files jsonb not null,
  kept_at text not null
);

create table worker (
  id text primary key check (id <> ''),
  name text not null,
  name_fold text not null,
  email text not null,
  email_fold text not null unique,
  job_title text not null,
  phone text not null,
  agency text not null,
  left_at text
);
create index worker_name on worker (name_fold);

create table membership (
  worker text not null references worker (id),
  place bigint not null,
  team text not null,
  role text not null,
  from_at text not null,
  until_at text,
  primary key (worker, place)
);
create index membership_team on membership (team);

-- The current view of each record. Everything but what was fixed when it began
-- can be rebuilt from its revisions and clocks.
create table record (
  id text primary key check (id <> ''),
  reference text not null unique check (reference <> ''),
  pathway text not null,
  version bigint not null,
  pathway_hash text not null references pathway_text (hash),
  authority text not null,
  state text not null,
  revision bigint not null check (revision >= 1),
  rating text not null,
  allocated text references worker (id),
  team text not null,
  author text not null,
  parent text references record (id),
  started_by text not null,
  each_of text not null default '',
  names text not null,
  urgent boolean not null,
  demo boolean not null,
  created_at text not null,
  updated_at text not null,
  closed_at text,
  next_due text, -- the nearest limit of its running clocks
  answers jsonb not null -- last, because a board passes over it
);
-- A board reads open records, which are few; the rest of the table by key or
-- in the order of one of these.
create index record_open on record (next_due, id) where closed_at is null;
create index record_due on record (next_due, id);
create index record_updated on record (updated_at, id);
create index record_created on record (created_at, id);
create index record_parent on record (parent) where parent is not null;
create index record_author on record (author, created_at);
create index record_allocated on record (allocated) where allocated is not null;

-- The folded words of a record's names and its reference, for finding it.
create table record_word (
  word text not null check (word <> ''),
  record text not null references record (id),
  primary key (word, record)
);
create index record_word_record on record_word (record, word);

-- One row for each change, never altered. body is the exact text that is
-- hashed; the other columns repeat parts of it for queries.
create table revision (
  record text not null references record (id),
  seq bigint not null check (seq >= 1),
  recorded_at text not null,
  happened_at text not null,
  author text not null,
  kind text not null check (kind in ('created', 'answered', 'stepped', 'corrected', 'allocated', 'moved')),
  step text not null,
  from_state text not null,
  to_state text not null,
  body text not null,
  hash text not null unique check (length(hash) = 64),
  primary key (record, seq)
);
create index revision_step on revision (step, recorded_at);

create table link (
  from_record text not null references record (id),
  to_record text not null references record (id),
  kind text not null check (kind in ('started', 'merged_into', 'about')),
  linked_at text not null,
  primary key (from_record, to_record, kind)
);
create index link_to on link (to_record);

-- told is how far people have been told of it: nothing yet, that it is due
-- soon, that its working deadline has passed.
create table clock (
  id text primary key check (id <> ''),
  record text not null references record (id),
  clock text not null,
  code text not null,
  label text not null,
  started_at text not null,
  due_at text not null,
  act_at text,
  warn_at text,
  sum text not null,
  calendar text not null,
  law text not null,
  stopped_at text,
  stopped_by text not null,
  cancelled text not null,
  told text not null check (told in ('', 'warn', 'overdue'))
);
create index clock_record on clock (record);
create index clock_open on clock (record, due_at) where stopped_at is null and cancelled = '';
create index clock_running on clock (due_at) where stopped_at is null and cancelled = '';

create table entry (
  id text primary key check (id <> ''),
  record text not null references record (id),
  seq bigint not null check (seq >= 1),
  kind text not null check (kind in ('call', 'visit', 'meeting', 'note', 'system', 'email_confirmed', 'break_glass')),
  happened_at text not null,
  recorded_at text not null,
  author text not null,
  body text not null,
  guarded boolean not null,
  unique (record, seq)
);

create table message (
  id text primary key check (id <> ''),
  record text not null references record (id),
  sent_at text not null,
  author text not null,
  inward boolean not null,
  body text not null
);
create index message_record on message (record, sent_at);

-- Apart from message, which never changes.
create table message_read (
  message text primary key references message (id),
  read_at text not null
);

create table document (
  id text primary key check (id <> ''),
  record text not null references record (id),
  doc text not null,
  row_id text not null,
  recipient text not null,
  title text not null,
  body text not null,
  withheld text not null,
  sent_at text,
  author text not null,
  second text not null
);
create index document_record on document (record);

-- What someone has typed and not yet sent. sealed holds the answers.
create table draft (
  id text primary key check (id <> ''),
  owner text not null,
  pathway text not null,
  record text references record (id),
  step text not null,
  based bigint not null,
  sealed bytea not null,
  place text not null,
  created_at text not null,
  updated_at text not null,
  version bigint not null check (version >= 1)
);
create index draft_owner on draft (owner, updated_at);
create unique index draft_form on draft (owner, record, step) where record is not null;
create index draft_record on draft (record) where record is not null;
create index draft_updated on draft (updated_at);

create table file (
  id text primary key check (id <> ''),
  record text references record (id),
  draft text references draft (id),
  name text not null,
  type text not null,
  size bigint not null check (size >= 0),
  sha256 text not null,
  scan text not null check (scan in ('clean', 'infected', 'unscanned')),
  flags jsonb not null,
  added_at text not null,
  author text not null,
  guarded boolean not null,
  checked text references worker (id),
  check ((record is null) <> (draft is null))
);
create index file_record on file (record) where record is not null;
create index file_draft on file (draft) where draft is not null;

-- Apart from file, so that lists of files do not read what is in them.
create table file_content (
  file text primary key references file (id) on delete cascade,
  sealed bytea not null
);

-- Hashes of the receipt codes that open a record's status page.
create table receipt_code (
  hash text primary key check (hash <> ''),
  record text not null references record (id),
  made_at text not null
);
create index receipt_code_record on receipt_code (record);
