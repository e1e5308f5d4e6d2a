-- Outside public, which Supabase publishes over REST. Whoever can write to these tables runs SQL as the service, so nobody but
-- the owner and the service's role gets at them. Schema wingman is there already: the journal of these scripts is in it. An
-- operator may have created orleans too, for a role that may not.

do $create$
begin
    if to_regnamespace('orleans') is null then
        create schema orleans;
        revoke all on schema orleans from public;
    end if;
end
$create$;
