-- One index on the ledger instead of two: every credit is written to each, and a completion writes two credits. The key
-- carries the columns that a fold and a page of history need, so both still come from the index alone. A page sorts
-- one user's credits, thousands at most, which is nothing beside an index write per credit for ever.

ALTER TABLE public.reputation_credits
    DROP CONSTRAINT reputation_credits_pkey,
    ADD CONSTRAINT reputation_credits_pkey PRIMARY KEY (user_id, session_id) INCLUDE (outcome, created_at);

DROP INDEX public.reputation_credits_history;
