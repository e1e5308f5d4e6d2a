-- What `schema lockdown` took from the roles of the REST layer, so that it can be given back as it was. Empty: not locked down.

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
