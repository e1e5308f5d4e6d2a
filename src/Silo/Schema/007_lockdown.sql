-- The privileges that `schema lockdown` revoked from the roles of the REST layer, so that the same ones can be granted again. Empty
-- if the tables are not locked down.

CREATE TABLE wingman.lockdown
(
    relation     text    NOT NULL,
    -- Null for a privilege on the whole table.
    column_name  text,
    grantee      text    NOT NULL,
    privilege    text    NOT NULL,
    is_grantable boolean NOT NULL,
    UNIQUE NULLS NOT DISTINCT (relation, column_name, grantee, privilege)
);
