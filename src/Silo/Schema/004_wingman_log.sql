-- What happened to sessions, append-only. Each line is written in the commit of the change that it describes.
--
-- Readers read it in the order of (tx, id), and only lines with tx below pg_snapshot_xmin(pg_current_snapshot()). In the order of id
-- alone they would lose lines, since a lower id may be committed after a higher one was read.

CREATE TABLE wingman.events
(
    id         bigint GENERATED ALWAYS AS IDENTITY,
    tx         xid8        NOT NULL DEFAULT pg_current_xact_id(),
    session_id uuid,
    kind       text        NOT NULL,
    -- The user who did it; null if no user did it, and after the user's data was erased.
    actor      uuid,
    at         timestamptz NOT NULL,
    host       text        NOT NULL,
    detail     text,
    PRIMARY KEY (tx, id)
);

-- Finds the lines of one session. A BRIN index has one summary per range of pages, so it costs an insert almost nothing. An index with
-- one entry per line, each at a random place, would cost much more.
CREATE INDEX events_session ON wingman.events USING brin (session_id uuid_bloom_ops) WITH (pages_per_range = 16, autosummarize = on);
