-- Background work, enqueued in the same transaction as the act that causes it.
create table job (
  id text primary key,
  kind text not null,
  payload jsonb not null,
  unique_key text,
  enqueued_at text not null,
  run_at text not null,
  attempts bigint not null,
  max_attempts bigint not null check (max_attempts > 0),
  lease_owner text,
  leased_until text,
  done_at text,
  failed_at text,
  last_error text
);

-- At most one job of a key is waiting or running.
create unique index job_unique_key on job (unique_key) where done_at is null and failed_at is null;

create index job_ready on job (run_at, id) where done_at is null and failed_at is null;

create index job_finished on job (done_at) where done_at is not null;
