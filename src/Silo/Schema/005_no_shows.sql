-- Since when no-shows are detected, and when the service was down. One row.

CREATE TABLE wingman.no_show_detection
(
    only_row      boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    -- Whether the database had no sessions before this service.
    is_fresh      boolean NOT NULL,
    -- Sessions of before never end as a no-show; null while detection is off.
    since         timestamptz,
    last_round_at timestamptz
);

CREATE TABLE wingman.service_gaps
(
    from_time timestamptz PRIMARY KEY,
    to_time   timestamptz NOT NULL
);

DO $insert$
DECLARE
    had_sessions boolean := false;
BEGIN
    IF to_regclass('public.wingman_sessions') IS NOT NULL THEN
        EXECUTE 'SELECT EXISTS (SELECT FROM public.wingman_sessions)' INTO had_sessions;
    END IF;
    INSERT INTO wingman.no_show_detection (is_fresh) VALUES (NOT had_sessions);
END
$insert$;
