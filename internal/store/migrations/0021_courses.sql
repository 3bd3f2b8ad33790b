-- append only: course_told

-- Who was told that training for a form runs out on a day.
create table course_told (
  worker text not null references worker (id),
  tool text not null,
  until_date text not null,
  what text not null,
  told_at text not null,
  primary key (worker, tool, until_date, what)
);
