-- The warnings of a clock that has several, after its first. Like clock.told,
-- they say only who was told what.
create table clock_warning (
  clock text not null references clock (id),
  warn_at text not null,
  told boolean not null,
  primary key (clock, warn_at)
);
