-- Reminders, by the contract of Microsoft.Orleans.Reminders.AdoNet.

CREATE TABLE orleans.orleansreminderstable
(
    serviceid    varchar(150) NOT NULL,
    grainid      text         NOT NULL,
    remindername varchar(150) NOT NULL,
    starttime    timestamptz  NOT NULL,
    period       bigint       NOT NULL,
    grainhash    integer      NOT NULL,
    version      integer      NOT NULL,
    PRIMARY KEY (serviceid, grainid, remindername)
);

-- Every silo asks for its ranges of hashes, some thirty at each refresh.
CREATE INDEX orleansreminderstable_hash ON orleans.orleansreminderstable (serviceid, grainhash);

INSERT INTO orleans.orleansquery (querykey, querytext) VALUES
('UpsertReminderRowKey', $sql$
INSERT INTO orleans.orleansreminderstable AS r (serviceid, grainid, remindername, starttime, period, grainhash, version)
VALUES (@ServiceId, @GrainId, @ReminderName, @StartTime, @Period, @GrainHash, 0)
ON CONFLICT (serviceid, grainid, remindername) DO UPDATE
SET starttime = excluded.starttime, period = excluded.period, grainhash = excluded.grainhash, version = r.version + 1
RETURNING version AS "Version"
$sql$),
('ReadReminderRowsKey', $sql$
SELECT grainid AS "GrainId", remindername AS "ReminderName", starttime AS "StartTime", period AS "Period", version AS "Version"
FROM orleans.orleansreminderstable
WHERE serviceid = @ServiceId AND grainid = @GrainId
$sql$),
('ReadReminderRowKey', $sql$
SELECT grainid AS "GrainId", remindername AS "ReminderName", starttime AS "StartTime", period AS "Period", version AS "Version"
FROM orleans.orleansreminderstable
WHERE serviceid = @ServiceId AND grainid = @GrainId AND remindername = @ReminderName
$sql$),
('ReadRangeRows1Key', $sql$
SELECT grainid AS "GrainId", remindername AS "ReminderName", starttime AS "StartTime", period AS "Period", version AS "Version"
FROM orleans.orleansreminderstable
WHERE serviceid = @ServiceId AND grainhash > @BeginHash AND grainhash <= @EndHash
$sql$),
-- The range that wraps around the end of the ring.
('ReadRangeRows2Key', $sql$
SELECT grainid AS "GrainId", remindername AS "ReminderName", starttime AS "StartTime", period AS "Period", version AS "Version"
FROM orleans.orleansreminderstable
WHERE serviceid = @ServiceId AND (grainhash > @BeginHash OR grainhash <= @EndHash)
$sql$),
('DeleteReminderRowKey', $sql$
WITH deleted AS
(
    DELETE FROM orleans.orleansreminderstable
    WHERE serviceid = @ServiceId AND grainid = @GrainId AND remindername = @ReminderName AND version = @Version
    RETURNING 1
)
SELECT count(*) FROM deleted
$sql$),
('DeleteReminderRowsKey', $sql$
DELETE FROM orleans.orleansreminderstable WHERE serviceid = @ServiceId
$sql$);
