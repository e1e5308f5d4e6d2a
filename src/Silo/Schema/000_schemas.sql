-- Outside public, which Supabase publishes over REST. A role that can write to these tables can run SQL as the service, so only
-- the owner and the service's role have privileges on them. Schema wingman already exists, with the journal of these scripts. An
-- operator may have created orleans too, if the service's role may not create schemas.

DO $create$
BEGIN
    IF to_regnamespace('orleans') IS NULL THEN
        CREATE SCHEMA orleans;
        REVOKE ALL ON SCHEMA orleans FROM PUBLIC;
    END IF;
END
$create$;
