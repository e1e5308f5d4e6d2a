-- What happened to sessions, append-only. Each line is written in the commit of the change that it tells of.
--
-- Readers follow it by (tx, id) and read only what is below pg_snapshot_xmin(pg_current_snapshot()): an id alone would lose
-- lines, since a lower one may be committed after a higher one was read.

create table wingman.events
(
    id         bigint generated always as identity,
    tx         xid8        not null default pg_current_xact_id(),
    session_id uuid,
    kind       text        not null,
    -- The user who did it; null where nobody did, and after the user's data was erased.
    actor      uuid,
    at         timestamptz not null,
    host       text        not null,
    detail     text,
    primary key (tx, id)
);

-- Finds the lines of one session. Such an index is a summary per range of pages: an insert into the table costs next to
-- nothing, which an index entry per line at a random place would not.
create index events_session on wingman.events using brin (session_id uuid_bloom_ops) with (pages_per_range = 16, autosummarize = on);
