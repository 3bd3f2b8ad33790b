-- What is compared of a person, in one short row. Whoever changes a person without
-- writing it anew, as a version of the program before this one, takes it away; then
-- it is read from the last version.
create table person_outline (
  person text primary key references person (id),
  body text not null
) without rowid;
create trigger person_outline_gone after update on person begin
  delete from person_outline where person = new.id;
end;
-- A mother is compared as well; the index of mothers stays for who has no outline.
create trigger person_outline_no_mother after delete on person_relationship when old.kind = 'mother' begin
  delete from person_outline where person = old.to_person;
end;
create trigger person_outline_mother after insert on person_relationship when new.kind = 'mother' begin
  delete from person_outline where person = new.to_person;
end;
create trigger person_outline_other_mother after update on person_relationship when old.kind = 'mother' or new.kind = 'mother' begin
  delete from person_outline where person in (old.to_person, new.to_person);
end;
