-- Reminders, by the contract of Microsoft.Orleans.Reminders.AdoNet.

create table orleans.orleansreminderstable
(
    serviceid    varchar(150) not null,
    grainid      text         not null,
    remindername varchar(150) not null,
    starttime    timestamptz  not null,
    period       bigint       not null,
    grainhash    integer      not null,
    version      integer      not null,
    primary key (serviceid, grainid, remindername)
);

-- Every silo asks for its ranges of hashes, some thirty at each refresh.
create index orleansreminderstable_hash on orleans.orleansreminderstable (serviceid, grainhash);

insert into orleans.orleansquery (querykey, querytext) values
('UpsertReminderRowKey', $sql$
insert into orleans.orleansreminderstable as r (serviceid, grainid, remindername, starttime, period, grainhash, version)
values (@ServiceId, @GrainId, @ReminderName, @StartTime, @Period, @GrainHash, 0)
on conflict (serviceid, grainid, remindername) do update
set starttime = excluded.starttime, period = excluded.period, grainhash = excluded.grainhash, version = r.version + 1
returning version as "Version"
$sql$),
('ReadReminderRowsKey', $sql$
select grainid as "GrainId", remindername as "ReminderName", starttime as "StartTime", period as "Period", version as "Version"
from orleans.orleansreminderstable
where serviceid = @ServiceId and grainid = @GrainId
$sql$),
('ReadReminderRowKey', $sql$
select grainid as "GrainId", remindername as "ReminderName", starttime as "StartTime", period as "Period", version as "Version"
from orleans.orleansreminderstable
where serviceid = @ServiceId and grainid = @GrainId and remindername = @ReminderName
$sql$),
('ReadRangeRows1Key', $sql$
select grainid as "GrainId", remindername as "ReminderName", starttime as "StartTime", period as "Period", version as "Version"
from orleans.orleansreminderstable
where serviceid = @ServiceId and grainhash > @BeginHash and grainhash <= @EndHash
$sql$),
-- The range that wraps around the end of the ring.
('ReadRangeRows2Key', $sql$
select grainid as "GrainId", remindername as "ReminderName", starttime as "StartTime", period as "Period", version as "Version"
from orleans.orleansreminderstable
where serviceid = @ServiceId and (grainhash > @BeginHash or grainhash <= @EndHash)
$sql$),
('DeleteReminderRowKey', $sql$
with deleted as
(
    delete from orleans.orleansreminderstable
    where serviceid = @ServiceId and grainid = @GrainId and remindername = @ReminderName and version = @Version
    returning 1
)
select count(*) from deleted
$sql$),
('DeleteReminderRowsKey', $sql$
delete from orleans.orleansreminderstable where serviceid = @ServiceId
$sql$);
