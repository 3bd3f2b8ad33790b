-- What is compared of a person, in one short row. Whoever changes a person without
-- writing it anew, as a version of the program before this one, takes it away; then
-- it is read from the last version.
create table person_outline (
  person text primary key references person (id),
  body text not null
);
create function person_outline_gone() returns trigger language plpgsql as
  'begin delete from person_outline where person = new.id; return null; end';
create trigger person_outline_gone after update on person for each row execute function person_outline_gone();
-- A mother is compared as well; the index of mothers stays for who has no outline.
create function person_outline_mother() returns trigger language plpgsql as
  'begin
    if tg_op <> ''INSERT'' and old.kind = ''mother'' then delete from person_outline where person = old.to_person; end if;
    if tg_op <> ''DELETE'' and new.kind = ''mother'' then delete from person_outline where person = new.to_person; end if;
    return null;
  end';
create trigger person_outline_mother after insert or update or delete on person_relationship
  for each row execute function person_outline_mother();
