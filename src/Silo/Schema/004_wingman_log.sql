-- What happened to sessions, append-only. Each line is written in the commit of the change that it tells of.
--
-- Readers follow it by (tx, id) and read only what is below pg_snapshot_xmin(pg_current_snapshot()): an id alone would lose
-- lines, since a lower one may be committed after a higher one was read.

CREATE TABLE wingman.events
(
    id         bigint GENERATED ALWAYS AS IDENTITY,
    tx         xid8        NOT NULL DEFAULT pg_current_xact_id(),
    session_id uuid,
    kind       text        NOT NULL,
    -- The user who did it; null where nobody did, and after the user's data was erased.
    actor      uuid,
    at         timestamptz NOT NULL,
    host       text        NOT NULL,
    detail     text,
    PRIMARY KEY (tx, id)
);

-- Finds the lines of one session. Such an index is a summary per range of pages: an insert into the table costs next to
-- nothing, which an index entry per line at a random place would not.
CREATE INDEX events_session ON wingman.events USING brin (session_id uuid_bloom_ops) WITH (pages_per_range = 16, autosummarize = on);
