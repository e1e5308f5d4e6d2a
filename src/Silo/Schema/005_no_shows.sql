-- Since when no-shows are detected, and when the service was down. One row.

create table wingman.no_show_detection
(
    only_row      boolean primary key default true check (only_row),
    -- Whether the database had no sessions before this service.
    is_fresh      boolean not null,
    -- Sessions of before never end as a no-show; null while detection is off.
    since         timestamptz,
    last_round_at timestamptz
);

create table wingman.service_gaps
(
    from_time timestamptz primary key,
    to_time   timestamptz not null
);

do $insert$
declare
    had_sessions boolean := false;
begin
    if to_regclass('public.wingman_sessions') is not null then
        execute 'select exists (select from public.wingman_sessions)' into had_sessions;
    end if;
    insert into wingman.no_show_detection (is_fresh) values (not had_sessions);
end
$insert$;
