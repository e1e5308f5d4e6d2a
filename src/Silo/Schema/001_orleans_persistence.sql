-- Grain state, by the contract of Microsoft.Orleans.Persistence.AdoNet.
-- The providers find OrleansQuery through the search path; every text in it names its tables in full,
-- so nothing else depends on that path. They live outside public, which Supabase publishes: whoever can write OrleansQuery runs
-- SQL as the silo.

CREATE TABLE orleans.orleansquery
(
    querykey  varchar(64) NOT NULL PRIMARY KEY,
    querytext text        NOT NULL
);

-- Room on each page and no index on payload, version or time: an update stays on its page and touches no index (HOT).
CREATE TABLE orleans.orleansstorage
(
    grainidhash            integer      NOT NULL,
    grainidn0              bigint       NOT NULL,
    grainidn1              bigint       NOT NULL,
    graintypehash          integer      NOT NULL,
    graintypestring        varchar(512) NOT NULL,
    grainidextensionstring varchar(512),
    serviceid              varchar(150) NOT NULL,
    payloadbinary          bytea,
    modifiedon             timestamp    NOT NULL,
    version                integer      NOT NULL
) WITH (fillfactor = 70);

-- A Guid or integer key has no extension: without NULLS NOT DISTINCT two first writers would both get in,
-- and the grain could never be read again.
CREATE UNIQUE INDEX orleansstorage_key ON orleans.orleansstorage
    (grainidhash, grainidn0, grainidn1, graintypehash, graintypestring, grainidextensionstring, serviceid)
    NULLS NOT DISTINCT;

INSERT INTO orleans.orleansquery (querykey, querytext) VALUES
('ReadFromStorageKey', $sql$
SELECT payloadbinary AS "PayloadBinary", modifiedon AS "ModifiedOn", version AS "Version"
FROM orleans.orleansstorage
WHERE grainidhash = @GrainIdHash
  AND grainidn0 = @GrainIdN0
  AND grainidn1 = @GrainIdN1
  AND graintypehash = @GrainTypeHash
  AND graintypestring = @GrainTypeString
  AND grainidextensionstring IS NOT DISTINCT FROM @GrainIdExtensionString
  AND serviceid = @ServiceId
$sql$),
-- Answers the version given when it is no longer the stored one: the provider reads that as a conflict.
('WriteToStorageKey', $sql$
WITH updated AS
(
    UPDATE orleans.orleansstorage
    SET payloadbinary = @PayloadBinary, modifiedon = now() AT TIME ZONE 'utc', version = version + 1
    WHERE @GrainStateVersion IS NOT NULL
      AND grainidhash = @GrainIdHash
      AND grainidn0 = @GrainIdN0
      AND grainidn1 = @GrainIdN1
      AND graintypehash = @GrainTypeHash
      AND graintypestring = @GrainTypeString
      AND grainidextensionstring IS NOT DISTINCT FROM @GrainIdExtensionString
      AND serviceid = @ServiceId
      AND version = @GrainStateVersion
    RETURNING version
), inserted AS
(
    INSERT INTO orleans.orleansstorage
        (grainidhash, grainidn0, grainidn1, graintypehash, graintypestring, grainidextensionstring, serviceid,
         payloadbinary, modifiedon, version)
    SELECT @GrainIdHash, @GrainIdN0, @GrainIdN1, @GrainTypeHash, @GrainTypeString, @GrainIdExtensionString, @ServiceId,
           @PayloadBinary, now() AT TIME ZONE 'utc', 1
    WHERE @GrainStateVersion IS NULL
    ON CONFLICT DO NOTHING
    RETURNING version
)
SELECT coalesce((SELECT version FROM updated), (SELECT version FROM inserted), @GrainStateVersion) AS "NewGrainStateVersion"
$sql$),
('ClearStorageKey', $sql$
UPDATE orleans.orleansstorage
SET payloadbinary = NULL, modifiedon = now() AT TIME ZONE 'utc', version = version + 1
WHERE grainidhash = @GrainIdHash
  AND grainidn0 = @GrainIdN0
  AND grainidn1 = @GrainIdN1
  AND graintypehash = @GrainTypeHash
  AND graintypestring = @GrainTypeString
  AND grainidextensionstring IS NOT DISTINCT FROM @GrainIdExtensionString
  AND serviceid = @ServiceId
  AND version = @GrainStateVersion
RETURNING version AS "NewGrainStateVersion"
$sql$),
('DeleteStorageKey', $sql$
DELETE FROM orleans.orleansstorage
WHERE grainidhash = @GrainIdHash
  AND grainidn0 = @GrainIdN0
  AND grainidn1 = @GrainIdN1
  AND graintypehash = @GrainTypeHash
  AND graintypestring = @GrainTypeString
  AND grainidextensionstring IS NOT DISTINCT FROM @GrainIdExtensionString
  AND serviceid = @ServiceId
  AND version = @GrainStateVersion
RETURNING version + 1 AS "NewGrainStateVersion"
$sql$);
