-- What is read of every record of everyone who may be somebody is in an index:
-- in the table it stands behind the answers, which are most of a record.
create index record_brief on record (id, reference, pathway, authority, state, created_at, closed_at);
create index record_person_about on record_person (person, record, role);
drop index record_person_person;

-- Whose mother somebody is, is asked of everyone compared; few have one here.
create index person_relationship_mother on person_relationship (to_person, from_person, id) where kind = 'mother';
