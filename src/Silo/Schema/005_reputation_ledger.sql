-- The ledger: one row per user and session that ended, only ever inserted. The primary key makes a second credit impossible.

CREATE TABLE public.reputation_credits
(
    user_id    uuid        NOT NULL,
    session_id uuid        NOT NULL,
    outcome    varchar(20) NOT NULL CHECK (outcome IN ('completed', 'no_show')),
    created_at timestamptz NOT NULL,
    PRIMARY KEY (user_id, session_id)
);

-- A user's history, newest first, and the fold over it, both from the index alone.
CREATE INDEX reputation_credits_history ON public.reputation_credits (user_id, created_at DESC, session_id DESC) INCLUDE (outcome);

-- No policies: only the owner and roles above row-level security (Supabase's service role) see it.
ALTER TABLE public.reputation_credits ENABLE ROW LEVEL SECURITY;
