-- append only: died_question, died_answer, held_message, held_end

-- A child who may be one who has died: nobody has joined the two entries and no
-- number says so. Until somebody answers, nothing goes to the family.
create table died_question (
  id text primary key check (id <> ''),
  dead text not null references person (id),
  person text not null references person (id),
  asked_at text not null,
  unique (dead, person)
);
create index died_question_person on died_question (person);

-- What somebody said, and by which join when it is the same child. The last counts.
create table died_answer (
  id text primary key check (id <> ''),
  question text not null references died_question (id),
  same boolean not null,
  why text not null,
  joined text references same_as (id),
  author text not null,
  answered_at text not null,
  source_record text references record (id)
);
create index died_answer_question on died_answer (question, id);
create index died_answer_joined on died_answer (joined);
create index died_answer_source on died_answer (source_record);

-- What would have gone to the family in the meantime, sealed.
create table held_message (
  id text primary key check (id <> ''),
  record text not null references record (id),
  kind text not null check (kind in ('document', 'mail')),
  body text not null,
  author text not null,
  held_at text not null
);
create index held_message_record on held_message (record, id);

-- What became of it.
create table held_end (
  held text primary key references held_message (id),
  act text not null check (act in ('sent', 'kept')),
  author text not null,
  happened_at text not null
);

create index person_died on person (id) where died is not null;
