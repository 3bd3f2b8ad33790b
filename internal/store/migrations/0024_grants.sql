-- Whether someone may know of a record is asked of many records at once. All that the
-- answer reads of a record's grants stands together in the index: their own rows, and
-- the places where each of a worker's roles and teams comes in an index, do not.
create index access_grant_of on access_grant (record, principal, line, until_at, from_at, may_view, may_act);
drop index access_grant_record;
