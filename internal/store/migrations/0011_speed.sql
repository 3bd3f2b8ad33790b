-- Whether someone may know of a record is asked for each record of a board, each
-- notice and each match. All that the answer needs is in the index.
create index access_grant_holds on access_grant (principal, record, until_at, from_at, may_view, may_act);
drop index access_grant_principal;

-- As before, and the order that boards are in.
create index record_board_due on record (pathway, authority, state, id, rating, allocated, team, next_due) where closed_at is null;
drop index record_board;
