-- Who may do what with which record, from when to when.
create table access_grant (
  id text primary key check (id <> ''),
  record text not null references record (id),
  principal text not null check (principal <> ''),
  may_view boolean not null,
  may_act boolean not null,
  may_status boolean not null,
  why text not null,
  line text not null,
  from_at text not null,
  until_at text,
  author text not null
);
create index access_grant_record on access_grant (record, principal);
create index access_grant_principal on access_grant (principal, record);

create table restriction (
  id text primary key check (id <> ''),
  record text not null references record (id),
  kind text not null,
  reason text not null,
  author text not null,
  made_at text not null,
  review_by text,
  lifted_at text,
  lifted_by text not null
);
create index restriction_record on restriction (record);
create index restriction_review on restriction (review_by) where lifted_at is null;

create table restriction_named (
  restriction text not null references restriction (id),
  worker text not null references worker (id),
  primary key (restriction, worker)
);

create table exclusion (
  record text not null references record (id),
  worker text not null references worker (id),
  why text not null,
  made_at text not null,
  author text not null,
  primary key (record, worker)
);

-- How a worker signs in.
create table account (
  worker text primary key references worker (id),
  password_hash text not null,
  totp_secret bytea,
  totp_step bigint not null,
  passkeys jsonb not null,
  recovery_hashes jsonb not null,
  disabled boolean not null,
  created_at text not null,
  password_at text,
  must_enrol boolean not null
);

create table invitation (
  id text primary key check (id <> ''),
  worker text not null references worker (id),
  token_hash text not null unique check (token_hash <> ''),
  expires_at text not null,
  used_at text
);
create index invitation_worker on invitation (worker);

-- id is the hash of what the browser holds. A session is a worker's or, after a
-- receipt code, one record's.
create table session (
  id text primary key check (id <> ''),
  worker text references worker (id),
  record text references record (id),
  created_at text not null,
  seen_at text not null,
  expires_at text not null,
  ended_at text,
  device text not null,
  second_at text,
  reauth_at text,
  data jsonb not null
);
create index session_worker on session (worker) where worker is not null;
create index session_record on session (record) where record is not null;
create index session_expires on session (expires_at);

create table attempt (
  id text primary key,
  kind text not null,
  subject text not null,
  made_at text not null,
  ok boolean not null
);
create index attempt_subject on attempt (kind, subject, made_at);
create index attempt_made on attempt (made_at);
