-- Reports count the limits of one kind that began in a week. All that they read of
-- one is in the index; before, each week of a year read every limit there is.
create index clock_counted on clock (code, started_at, record, due_at, stopped_at, stopped_by) where cancelled = '';
