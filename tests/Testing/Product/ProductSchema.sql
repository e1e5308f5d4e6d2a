-- What a Supabase project puts around the product's tables: the schemas, the user's id from the token, and the grants that every new table
-- of public gets. auth and extensions exist, extensions.uuid_generate_v4() does too.

create schema auth;
grant usage on schema auth, extensions, public to anon, authenticated, service_role;

-- The subject of the verified token, as the REST layer hands it on: one setting with all claims, or (older versions) one setting per claim.
create function auth.uid() returns uuid language sql stable as $body$
    select nullif(coalesce(
        nullif(current_setting('request.jwt.claim.sub', true), ''),
        nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub'), '')::uuid
$body$;

-- Only row-level security protects what is created in public from here on.
alter default privileges in schema public grant all on tables to anon, authenticated, service_role;
alter default privileges in schema public grant all on sequences to anon, authenticated, service_role;
alter default privileges in schema public grant all on functions to anon, authenticated, service_role;

-- The product's tables. No fillfactor is set, so every page is filled to 100 %.

create table public.user_profiles
(
    id                   uuid primary key default extensions.uuid_generate_v4(),
    email                text,
    first_name           text,
    last_name            text,
    bio                  text,
    photo_url            text,
    experience_level     varchar(50) default 'beginner',
    confidence_archetype text,
    created_at           timestamptz default now(),
    updated_at           timestamptz default now()
);

create table public.approach_challenges
(
    id          uuid primary key default extensions.uuid_generate_v4(),
    difficulty  varchar(50) not null check (difficulty in ('beginner', 'intermediate', 'advanced')),
    title       varchar(200) not null,
    description text,
    points      integer default 10,
    created_at  timestamptz default now()
);

create table public.wingman_matches
(
    id               uuid primary key default extensions.uuid_generate_v4(),
    user1_id         uuid not null references public.user_profiles (id) on delete cascade,
    user2_id         uuid not null references public.user_profiles (id) on delete cascade,
    status           varchar(50) default 'pending',
    user1_reputation integer default 0,
    user2_reputation integer default 0,
    created_at       timestamptz default now(),
    constraint wingman_matches_different_users check (user1_id <> user2_id)
);

create table public.wingman_sessions
(
    id                                 uuid primary key default extensions.uuid_generate_v4(),
    match_id                           uuid not null references public.wingman_matches (id) on delete cascade,
    user1_challenge_id                 uuid references public.approach_challenges (id),
    user2_challenge_id                 uuid references public.approach_challenges (id),
    venue_name                         varchar(200),
    scheduled_time                     timestamptz,
    status                             varchar(50) default 'scheduled'
        check (status in ('scheduled', 'in_progress', 'completed', 'cancelled', 'no_show')),
    completed_at                       timestamptz,
    user1_completed_confirmed_by_user2 boolean default false,
    user2_completed_confirmed_by_user1 boolean default false,
    notes                              text,
    created_at                         timestamptz default now()
);

create index idx_wingman_matches_user1 on public.wingman_matches (user1_id);
create index idx_wingman_matches_user2 on public.wingman_matches (user2_id);
create index idx_wingman_matches_status on public.wingman_matches (status);
create index idx_wingman_matches_created_at on public.wingman_matches (created_at);
create index idx_wingman_matches_status_users on public.wingman_matches (status, user1_id, user2_id) where status = 'accepted';

create index idx_wingman_sessions_match_id on public.wingman_sessions (match_id);
create index idx_wingman_sessions_match_participants on public.wingman_sessions (match_id) include (id, status, created_at);
create index idx_wingman_sessions_status on public.wingman_sessions (status);
create index idx_wingman_sessions_scheduled_time on public.wingman_sessions (scheduled_time);
create index idx_wingman_sessions_status_time on public.wingman_sessions (status, scheduled_time) where status in ('scheduled', 'in_progress');

-- Who may do what through the REST layer. service_role bypasses these policies; anon sees the challenges and nothing else.

alter table public.user_profiles enable row level security;
alter table public.approach_challenges enable row level security;
alter table public.wingman_matches enable row level security;
alter table public.wingman_sessions enable row level security;

create policy "own profile: read" on public.user_profiles for select to authenticated
    using ((select auth.uid()) = id);
create policy "own profile: create" on public.user_profiles for insert to authenticated
    with check ((select auth.uid()) = id);
create policy "own profile: change" on public.user_profiles for update to authenticated
    using ((select auth.uid()) = id) with check ((select auth.uid()) = id);

create policy "challenges: read" on public.approach_challenges for select to anon, authenticated
    using (true);

create policy "own matches: read" on public.wingman_matches for select to authenticated
    using ((select auth.uid()) in (user1_id, user2_id));
create policy "own matches: create" on public.wingman_matches for insert to authenticated
    with check ((select auth.uid()) in (user1_id, user2_id));
create policy "own matches: change" on public.wingman_matches for update to authenticated
    using ((select auth.uid()) in (user1_id, user2_id)) with check ((select auth.uid()) in (user1_id, user2_id));

create policy "sessions of own matches: read" on public.wingman_sessions for select to authenticated
    using (exists (select from public.wingman_matches m where m.id = match_id and (select auth.uid()) in (m.user1_id, m.user2_id)));
create policy "sessions of own matches: create" on public.wingman_sessions for insert to authenticated
    with check (exists (select from public.wingman_matches m where m.id = match_id and (select auth.uid()) in (m.user1_id, m.user2_id)));
create policy "sessions of own matches: change" on public.wingman_sessions for update to authenticated
    using (exists (select from public.wingman_matches m where m.id = match_id and (select auth.uid()) in (m.user1_id, m.user2_id)))
    with check (exists (select from public.wingman_matches m where m.id = match_id and (select auth.uid()) in (m.user1_id, m.user2_id)));
create policy "sessions: delete" on public.wingman_sessions for delete to service_role
    using (true);
create policy "sessions: not deleted by users" on public.wingman_sessions for delete to authenticated
    using (false);
