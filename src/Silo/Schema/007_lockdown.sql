-- What `schema lockdown` took from the roles of the REST layer, so that it can be given back as it was. Empty: not locked down.

create table wingman.lockdown
(
    relation     text    not null,
    -- Null for a privilege on the whole table.
    column_name  text,
    grantee      text    not null,
    privilege    text    not null,
    is_grantable boolean not null,
    unique nulls not distinct (relation, column_name, grantee, privilege)
);
