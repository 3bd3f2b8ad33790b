-- Whether someone has looked at what is known of a record is asked each time a
-- record is opened; a record can have thousands of other events.
create index audit_known on audit (subject, actor) where act = 'look-known';

-- What counting a board reads of the open records, so that it need not pass over
-- their answers.
create index record_board on record (pathway, authority, state, id, rating, allocated, team) where closed_at is null;
