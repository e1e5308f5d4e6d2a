-- The readers of the log, their positions, and the events that could not be delivered.

-- The log's lines are ordered by (tx, id) only as long as the same server assigns both. After a failover, or in a restored backup,
-- transaction ids may be assigned again or start with lower ones: then a new era begins. Its lines are those with an id above last_id.
-- Each process that writes to the log records the era of the server before its first write to it.
CREATE TABLE wingman.log_eras
(
    era      integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- The server's system identifier and timeline.
    identity text        NOT NULL,
    last_id  bigint      NOT NULL,
    began_at timestamptz NOT NULL DEFAULT now()
);

INSERT INTO wingman.log_eras (identity, last_id)
SELECT (SELECT system_identifier FROM pg_control_system())::text || '/' || left(pg_walfile_name(pg_current_wal_lsn()), 8), 0;

-- The position of each reader, for the trimmer of the log and for operators. The reader itself starts from its grain's state, which
-- is never behind this row.
CREATE TABLE wingman.log_readers
(
    name             text PRIMARY KEY,
    -- The reader no longer needs the lines up to this position.
    era              integer     NOT NULL,
    tx               xid8        NOT NULL,
    id               bigint      NOT NULL,
    seen_at          timestamptz NOT NULL DEFAULT now(),
    waiting          integer     NOT NULL DEFAULT 0,
    failing_since    timestamptz,
    last_failure     text,
    -- If it is set, nothing is delivered to the reader, and the log is not kept for it.
    cut_off_at       timestamptz,
    cut_off_reason   text,
    -- The requests of an operator that the reader has not carried out yet.
    asked_to_resume  boolean     NOT NULL DEFAULT false,
    asked_from_era   integer,
    asked_from_tx    xid8,
    asked_from_id    bigint
);

-- Events that a webhook receiver accepted in none of the attempts. The event itself is in its line of the log.
CREATE TABLE wingman.webhook_dead_letters
(
    receiver         text        NOT NULL,
    era              integer     NOT NULL,
    tx               xid8        NOT NULL,
    id               bigint      NOT NULL,
    kind             text        NOT NULL,
    attempts         integer     NOT NULL,
    first_attempt_at timestamptz NOT NULL,
    dead_at          timestamptz NOT NULL DEFAULT now(),
    last_failure     text        NOT NULL,
    asked_to_replay  boolean     NOT NULL DEFAULT false,
    PRIMARY KEY (receiver, era, tx, id)
);
