-- The tables that the product reads and writes. A database that has them keeps them exactly as they are; a fresh one gets
-- compatible ones, without the references to tables (profiles, challenges) that only the full product has.
-- public is published over REST where Supabase serves it: what is created here has row-level security on and no policies.

do $create$
begin
    if to_regclass('public.wingman_matches') is null then
        create table public.wingman_matches
        (
            id               uuid primary key default gen_random_uuid(),
            user1_id         uuid not null,
            user2_id         uuid not null,
            status           varchar(50) default 'pending',
            user1_reputation integer default 0,
            user2_reputation integer default 0,
            created_at       timestamptz default now(),
            check (user1_id <> user2_id)
        ) with (fillfactor = 80);

        create index wingman_matches_user1_id on public.wingman_matches (user1_id);
        create index wingman_matches_user2_id on public.wingman_matches (user2_id);
        alter table public.wingman_matches enable row level security;
    end if;

    if to_regclass('public.wingman_sessions') is null then
        create table public.wingman_sessions
        (
            id                                uuid primary key default gen_random_uuid(),
            match_id                          uuid not null references public.wingman_matches (id) on delete cascade,
            user1_challenge_id                uuid,
            user2_challenge_id                uuid,
            venue_name                        varchar(200),
            scheduled_time                    timestamptz,
            status                            varchar(50) default 'scheduled'
                check (status in ('scheduled', 'in_progress', 'completed', 'cancelled', 'no_show')),
            completed_at                      timestamptz,
            user1_completed_confirmed_by_user2 boolean default false,
            user2_completed_confirmed_by_user1 boolean default false,
            notes                             text,
            created_at                        timestamptz default now()
        ) with (fillfactor = 80);

        -- A completion writes each index of its row again but the partial ones, which it leaves: so one index for the sessions
        -- of a match, and two small ones on what is open.
        create index wingman_sessions_match_id on public.wingman_sessions (match_id);
        create index wingman_sessions_open on public.wingman_sessions (scheduled_time)
            where status in ('scheduled', 'in_progress') or status is null;
        create unique index wingman_sessions_one_active_per_match on public.wingman_sessions (match_id)
            where status in ('scheduled', 'in_progress') or status is null;
        alter table public.wingman_sessions enable row level security;
    end if;
end
$create$;
