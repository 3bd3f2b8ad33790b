-- append only: suggestion_step, release, release_step

-- Someone asked for the newsletter and has not confirmed it. Dropped when they
-- do, and when the link in the mail has run out. nth keeps many asked for at once
-- for one address within the day's few.
create table newsletter_ask (
  id text primary key check (id <> ''),
  email_key text not null,
  sealed text not null,
  choices jsonb not null,
  token_hash text not null unique check (token_hash <> ''),
  asked_date text not null,
  nth bigint not null,
  asked_at text not null,
  until_at text not null,
  unique (email_key, asked_date, nth)
);
create index newsletter_ask_until on newsletter_ask (until_at);

-- Who gets the newsletter. The row is deleted when they leave.
create table newsletter_subscriber (
  id text primary key check (id <> ''),
  email_key text not null unique,
  sealed text not null,
  leave_hash text not null unique check (leave_hash <> ''),
  choices jsonb not null,
  confirmed_at text not null,
  changed_at text not null
);

create table newsletter_issue (
  id text primary key check (id <> ''),
  number bigint unique,
  title text not null,
  intro text not null,
  picks jsonb not null,
  choices jsonb not null,
  revision bigint not null,
  made_at text not null,
  changed_by text not null,
  changed_at text not null,
  sent_by text not null,
  sent_at text,
  dropped_at text
);

-- One mail of an issue. It names a subscriber who may have left since, and no
-- address. state is waiting, taken, sent, refused or left; taken without an end
-- is a mail of which nobody knows whether it went.
create table newsletter_delivery (
  issue text not null references newsletter_issue (id),
  subscriber text not null,
  batch bigint not null,
  state text not null,
  primary key (issue, subscriber)
);
create index newsletter_delivery_batch on newsletter_delivery (issue, batch, state);

-- A change to the texts that somebody suggested, as its steps have made it.
create table suggestion (
  id text primary key check (id <> ''),
  reference text not null unique,
  about text not null,
  section text not null,
  edition text not null,
  body text not null,
  author text not null,
  contact text not null,
  token_hash text not null unique check (token_hash <> ''),
  state text not null,
  assigned text not null,
  due_date text,
  published_in text not null,
  seq bigint not null,
  made_at text not null,
  changed_at text not null
);
create index suggestion_state on suggestion (state, due_date);
create index suggestion_author on suggestion (author) where author <> '';
create index suggestion_assigned on suggestion (assigned) where assigned <> '';
create index suggestion_about on suggestion (about);

create table suggestion_step (
  suggestion text not null references suggestion (id),
  seq bigint not null,
  happened_at text not null,
  author text not null,
  state text not null,
  assigned text not null,
  due_date text,
  published_in text not null,
  note text not null,
  primary key (suggestion, seq)
);

-- What is passed on in every agency: an edition of the manual, or another piece
-- that somebody marked.
create table release (
  id text primary key check (id <> ''),
  kind text not null,
  title text not null,
  path text not null,
  summary text not null,
  changes jsonb not null,
  from_date text,
  released_at text not null,
  author text not null
);
create index release_released on release (released_at);

-- What happened with a release in one agency: told, chased, lead, unnamed,
-- confirmed.
create table release_step (
  release text not null references release (id),
  agency text not null,
  seq bigint not null,
  happened_at text not null,
  act text not null,
  worker text not null,
  teams jsonb not null,
  note text not null,
  primary key (release, agency, seq)
);

-- Who passes releases on in an agency: nominated, stand_in or lead.
create table nomination (
  id text primary key check (id <> ''),
  agency text not null,
  place text not null,
  worker text not null references worker (id),
  from_at text not null,
  until_at text,
  author text not null,
  ended_by text not null
);
create unique index nomination_now on nomination (agency, place) where until_at is null;
create index nomination_worker on nomination (worker);
