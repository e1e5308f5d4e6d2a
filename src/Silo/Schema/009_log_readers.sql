-- Who reads the log, from where, and what could not be delivered.

-- The log's lines are ordered by (tx, id) only as long as one server gives out both. A failover or a restored backup may give out
-- transaction ids again, or start with lower ones: then an era begins. Its lines are those with an id above last_id.
-- Whoever writes to the log records the era of the server before the first write to it.
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

-- Where each reader is, for the trimmer of the log and for operators. What the reader itself starts from is its grain's state,
-- which is never behind.
CREATE TABLE wingman.log_readers
(
    name             text PRIMARY KEY,
    -- All lines up to this position are done with.
    era              integer     NOT NULL,
    tx               xid8        NOT NULL,
    id               bigint      NOT NULL,
    seen_at          timestamptz NOT NULL DEFAULT now(),
    waiting          integer     NOT NULL DEFAULT 0,
    failing_since    timestamptz,
    last_failure     text,
    -- Set: the reader is not served any more, and the log is not kept for it.
    cut_off_at       timestamptz,
    cut_off_reason   text,
    -- What an operator asked for and the reader has not done yet.
    asked_to_resume  boolean     NOT NULL DEFAULT false,
    asked_from_era   integer,
    asked_from_tx    xid8,
    asked_from_id    bigint
);

-- Events that a webhook receiver did not accept in all attempts. The line of the log has what happened.
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
