-- What an address that texts lead to answered when it was last asked.
create table link_check (
  url text primary key check (url <> ''),
  answers boolean not null,
  said text not null,
  checked_at text not null
);
