-- Cluster membership, by the contract of Microsoft.Orleans.Clustering.AdoNet.

CREATE TABLE orleans.orleansmembershipversiontable
(
    deploymentid varchar(150) NOT NULL PRIMARY KEY,
    version      integer      NOT NULL DEFAULT 0,
    changedat    timestamptz  NOT NULL DEFAULT now()
) WITH (fillfactor = 50);

CREATE TABLE orleans.orleansmembershiptable
(
    deploymentid varchar(150) NOT NULL REFERENCES orleans.orleansmembershipversiontable ON DELETE CASCADE,
    address      varchar(45)  NOT NULL,
    port         integer      NOT NULL,
    generation   integer      NOT NULL,
    siloname     varchar(150) NOT NULL,
    hostname     varchar(255) NOT NULL,
    status       integer      NOT NULL,
    proxyport    integer,
    suspecttimes text,
    starttime    timestamptz  NOT NULL,
    iamalivetime timestamptz  NOT NULL,
    PRIMARY KEY (deploymentid, address, port, generation)
) WITH (fillfactor = 50);

INSERT INTO orleans.orleansquery (querykey, querytext) VALUES
('InsertMembershipVersionKey', $sql$
WITH inserted AS
(
    INSERT INTO orleans.orleansmembershipversiontable (deploymentid) VALUES (@DeploymentId)
    ON CONFLICT DO NOTHING
    RETURNING 1
)
SELECT count(*) FROM inserted
$sql$),
-- The silo's row is written only from the version row this statement moved: both or neither.
('InsertMembershipKey', $sql$
WITH moved AS
(
    UPDATE orleans.orleansmembershipversiontable
    SET version = version + 1, changedat = now()
    WHERE deploymentid = @DeploymentId
      AND version = @Version
      AND NOT EXISTS
      (
          SELECT 1 FROM orleans.orleansmembershiptable
          WHERE deploymentid = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation
      )
    RETURNING deploymentid
), inserted AS
(
    INSERT INTO orleans.orleansmembershiptable
        (deploymentid, address, port, generation, siloname, hostname, status, proxyport, starttime, iamalivetime)
    SELECT deploymentid, @Address, @Port, @Generation, @SiloName, @HostName, @Status, @ProxyPort, @StartTime, @IAmAliveTime
    FROM moved
    RETURNING 1
)
SELECT count(*) FROM inserted
$sql$),
-- The silo's row is locked first, so that it cannot be cleaned away between the two updates.
('UpdateMembershipKey', $sql$
WITH silo AS MATERIALIZED
(
    SELECT 1 FROM orleans.orleansmembershiptable
    WHERE deploymentid = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation
    FOR UPDATE
), moved AS
(
    UPDATE orleans.orleansmembershipversiontable
    SET version = version + 1, changedat = now()
    WHERE deploymentid = @DeploymentId AND version = @Version AND EXISTS (SELECT 1 FROM silo)
    RETURNING deploymentid
), updated AS
(
    UPDATE orleans.orleansmembershiptable AS m
    SET status = @Status, suspecttimes = @SuspectTimes, iamalivetime = @IAmAliveTime
    FROM moved
    WHERE m.deploymentid = moved.deploymentid AND m.address = @Address AND m.port = @Port AND m.generation = @Generation
    RETURNING 1
)
SELECT count(*) FROM updated
$sql$),
('UpdateIAmAlivetimeKey', $sql$
UPDATE orleans.orleansmembershiptable
SET iamalivetime = @IAmAliveTime
WHERE deploymentid = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation
$sql$),
-- Joined from the version row: the version is answered even where no silo is known.
('MembershipReadRowKey', $sql$
SELECT v.deploymentid AS "DeploymentId", m.address AS "Address", m.port AS "Port", m.generation AS "Generation",
       m.siloname AS "SiloName", m.hostname AS "HostName", m.status AS "Status", m.proxyport AS "ProxyPort",
       m.suspecttimes AS "SuspectTimes", m.starttime AS "StartTime", m.iamalivetime AS "IAmAliveTime", v.version AS "Version"
FROM orleans.orleansmembershipversiontable AS v
LEFT JOIN orleans.orleansmembershiptable AS m
    ON m.deploymentid = v.deploymentid AND m.address = @Address AND m.port = @Port AND m.generation = @Generation
WHERE v.deploymentid = @DeploymentId
$sql$),
('MembershipReadAllKey', $sql$
SELECT v.deploymentid AS "DeploymentId", m.address AS "Address", m.port AS "Port", m.generation AS "Generation",
       m.siloname AS "SiloName", m.hostname AS "HostName", m.status AS "Status", m.proxyport AS "ProxyPort",
       m.suspecttimes AS "SuspectTimes", m.starttime AS "StartTime", m.iamalivetime AS "IAmAliveTime", v.version AS "Version"
FROM orleans.orleansmembershipversiontable AS v
LEFT JOIN orleans.orleansmembershiptable AS m ON m.deploymentid = v.deploymentid
WHERE v.deploymentid = @DeploymentId
$sql$),
-- The silos' rows go with their version row (ON DELETE CASCADE).
('DeleteMembershipTableEntriesKey', $sql$
DELETE FROM orleans.orleansmembershipversiontable WHERE deploymentid = @DeploymentId
$sql$),
('GatewaysQueryKey', $sql$
SELECT address AS "Address", proxyport AS "ProxyPort", generation AS "Generation"
FROM orleans.orleansmembershiptable
WHERE deploymentid = @DeploymentId AND status = @Status AND proxyport > 0
$sql$),
-- 3 is SiloStatus.Active.
('CleanupDefunctSiloEntriesKey', $sql$
DELETE FROM orleans.orleansmembershiptable
WHERE deploymentid = @DeploymentId AND status <> 3 AND iamalivetime < @IAmAliveTime
$sql$),
-- Asked for by 10.4.2 in place of the one above, one silo at a time: only a dead one (6), and only if it is still as it was read.
('CleanupDefunctSiloEntryKey', $sql$
DELETE FROM orleans.orleansmembershiptable
WHERE deploymentid = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation
  AND status = 6 AND starttime = @StartTime AND iamalivetime = @IAmAliveTime
  AND coalesce(suspecttimes, '') = coalesce(@SuspectTimes, '')
$sql$);
