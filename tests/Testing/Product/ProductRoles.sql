-- The roles of a Supabase project. The REST layer signs in as authenticator and switches to one of the three others.

do $roles$
declare
    wanted record;
begin
    -- Roles belong to the whole server, and an advisory lock to one database only. A lock on the shared catalog makes
    -- all transactions that create these roles, in any database, wait for each other.
    lock table pg_catalog.pg_authid in share row exclusive mode;

    for wanted in
        select * from (values
            ('anon', 'nologin'),
            ('authenticated', 'nologin'),
            ('service_role', 'nologin bypassrls'),
            ('authenticator', 'login noinherit')) as r (name, options)
    loop
        if not exists (select from pg_catalog.pg_roles where rolname = wanted.name) then
            execute format('create role %I %s', wanted.name, wanted.options);
        end if;
    end loop;

    if not (select rolbypassrls from pg_catalog.pg_roles where rolname = 'service_role')
        or exists (select from pg_catalog.pg_roles
                   where rolname in ('anon', 'authenticated', 'authenticator')
                       and (rolbypassrls or rolsuper or rolinherit and rolname = 'authenticator')) then
        raise exception 'A role of this server is not as Supabase has it: service_role must be above row-level security; '
            'anon, authenticated and authenticator must not be; authenticator must not inherit.';
    end if;

    -- Granting again what is already granted would only raise a notice.
    if not pg_catalog.pg_has_role('authenticator', 'anon', 'member')
        or not pg_catalog.pg_has_role('authenticator', 'authenticated', 'member')
        or not pg_catalog.pg_has_role('authenticator', 'service_role', 'member') then
        grant anon, authenticated, service_role to authenticator;
    end if;
end
$roles$;
