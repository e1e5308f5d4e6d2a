-- The tables that the product reads and writes. A database that has them keeps them exactly as they are; a fresh one gets
-- compatible ones, without the references to tables (profiles, challenges) that only the full product has.
-- public is published over REST where Supabase serves it: what is created here has row-level security on and no policies.

DO $create$
BEGIN
    IF to_regclass('public.wingman_matches') IS NULL THEN
        CREATE TABLE public.wingman_matches
        (
            id               uuid PRIMARY KEY DEFAULT gen_random_uuid(),
            user1_id         uuid NOT NULL,
            user2_id         uuid NOT NULL,
            status           varchar(50) DEFAULT 'pending',
            user1_reputation integer DEFAULT 0,
            user2_reputation integer DEFAULT 0,
            created_at       timestamptz DEFAULT now(),
            CHECK (user1_id <> user2_id)
        ) WITH (fillfactor = 80);

        CREATE INDEX wingman_matches_user1_id ON public.wingman_matches (user1_id);
        CREATE INDEX wingman_matches_user2_id ON public.wingman_matches (user2_id);
        ALTER TABLE public.wingman_matches ENABLE ROW LEVEL SECURITY;
    END IF;

    IF to_regclass('public.wingman_sessions') IS NULL THEN
        CREATE TABLE public.wingman_sessions
        (
            id                                uuid PRIMARY KEY DEFAULT gen_random_uuid(),
            match_id                          uuid NOT NULL REFERENCES public.wingman_matches (id) ON DELETE CASCADE,
            user1_challenge_id                uuid,
            user2_challenge_id                uuid,
            venue_name                        varchar(200),
            scheduled_time                    timestamptz,
            status                            varchar(50) DEFAULT 'scheduled'
                CHECK (status IN ('scheduled', 'in_progress', 'completed', 'cancelled', 'no_show')),
            completed_at                      timestamptz,
            user1_completed_confirmed_by_user2 boolean DEFAULT false,
            user2_completed_confirmed_by_user1 boolean DEFAULT false,
            notes                             text,
            created_at                        timestamptz DEFAULT now()
        ) WITH (fillfactor = 80);

        -- A completion writes each index of its row again but the partial ones, which it leaves: so one index for the sessions
        -- of a match, and two small ones on what is open.
        CREATE INDEX wingman_sessions_match_id ON public.wingman_sessions (match_id);
        CREATE INDEX wingman_sessions_open ON public.wingman_sessions (scheduled_time)
            WHERE status IN ('scheduled', 'in_progress') OR status IS NULL;
        CREATE UNIQUE INDEX wingman_sessions_one_active_per_match ON public.wingman_sessions (match_id)
            WHERE status IN ('scheduled', 'in_progress') OR status IS NULL;
        ALTER TABLE public.wingman_sessions ENABLE ROW LEVEL SECURITY;
    END IF;
END
$create$;
