-- Who reads the log, from where, and what could not be delivered.

-- The log's lines are ordered by (tx, id) only as long as one server gives out both. A failover or a restored backup may give out
-- transaction ids again, or start with lower ones: then an era begins. Its lines are those with an id above last_id.
-- Whoever writes to the log records the era of the server before the first write to it.
create table wingman.log_eras
(
    era      integer generated always as identity primary key,
    -- The server's system identifier and timeline.
    identity text        not null,
    last_id  bigint      not null,
    began_at timestamptz not null default now()
);

insert into wingman.log_eras (identity, last_id)
select (select system_identifier from pg_control_system())::text || '/' || left(pg_walfile_name(pg_current_wal_lsn()), 8), 0;

-- Where each reader is, for the trimmer of the log and for operators. What the reader itself starts from is its grain's state,
-- which is never behind.
create table wingman.log_readers
(
    name             text primary key,
    -- All lines up to this position are done with.
    era              integer     not null,
    tx               xid8        not null,
    id               bigint      not null,
    seen_at          timestamptz not null default now(),
    waiting          integer     not null default 0,
    failing_since    timestamptz,
    last_failure     text,
    -- Set: the reader is not served any more, and the log is not kept for it.
    cut_off_at       timestamptz,
    cut_off_reason   text,
    -- What an operator asked for and the reader has not done yet.
    asked_to_resume  boolean     not null default false,
    asked_from_era   integer,
    asked_from_tx    xid8,
    asked_from_id    bigint
);

-- Events that a webhook receiver did not accept in all attempts. The line of the log has what happened.
create table wingman.webhook_dead_letters
(
    receiver         text        not null,
    era              integer     not null,
    tx               xid8        not null,
    id               bigint      not null,
    kind             text        not null,
    attempts         integer     not null,
    first_attempt_at timestamptz not null,
    dead_at          timestamptz not null default now(),
    last_failure     text        not null,
    asked_to_replay  boolean     not null default false,
    primary key (receiver, era, tx, id)
);
