-- Cluster membership, by the contract of Microsoft.Orleans.Clustering.AdoNet.

create table orleans.orleansmembershipversiontable
(
    deploymentid varchar(150) not null primary key,
    version      integer      not null default 0,
    changedat    timestamptz  not null default now()
) with (fillfactor = 50);

create table orleans.orleansmembershiptable
(
    deploymentid varchar(150) not null references orleans.orleansmembershipversiontable on delete cascade,
    address      varchar(45)  not null,
    port         integer      not null,
    generation   integer      not null,
    siloname     varchar(150) not null,
    hostname     varchar(255) not null,
    status       integer      not null,
    proxyport    integer,
    suspecttimes text,
    starttime    timestamptz  not null,
    iamalivetime timestamptz  not null,
    primary key (deploymentid, address, port, generation)
) with (fillfactor = 50);

insert into orleans.orleansquery (querykey, querytext) values
('InsertMembershipVersionKey', $sql$
with inserted as
(
    insert into orleans.orleansmembershipversiontable (deploymentid) values (@DeploymentId)
    on conflict do nothing
    returning 1
)
select count(*) from inserted
$sql$),
-- The silo's row is written only from the version row this statement moved: both or neither.
('InsertMembershipKey', $sql$
with moved as
(
    update orleans.orleansmembershipversiontable
    set version = version + 1, changedat = now()
    where deploymentid = @DeploymentId
      and version = @Version
      and not exists
      (
          select 1 from orleans.orleansmembershiptable
          where deploymentid = @DeploymentId and address = @Address and port = @Port and generation = @Generation
      )
    returning deploymentid
), inserted as
(
    insert into orleans.orleansmembershiptable
        (deploymentid, address, port, generation, siloname, hostname, status, proxyport, starttime, iamalivetime)
    select deploymentid, @Address, @Port, @Generation, @SiloName, @HostName, @Status, @ProxyPort, @StartTime, @IAmAliveTime
    from moved
    returning 1
)
select count(*) from inserted
$sql$),
-- The silo's row is locked first, so that it cannot be cleaned away between the two updates.
('UpdateMembershipKey', $sql$
with silo as materialized
(
    select 1 from orleans.orleansmembershiptable
    where deploymentid = @DeploymentId and address = @Address and port = @Port and generation = @Generation
    for update
), moved as
(
    update orleans.orleansmembershipversiontable
    set version = version + 1, changedat = now()
    where deploymentid = @DeploymentId and version = @Version and exists (select 1 from silo)
    returning deploymentid
), updated as
(
    update orleans.orleansmembershiptable as m
    set status = @Status, suspecttimes = @SuspectTimes, iamalivetime = @IAmAliveTime
    from moved
    where m.deploymentid = moved.deploymentid and m.address = @Address and m.port = @Port and m.generation = @Generation
    returning 1
)
select count(*) from updated
$sql$),
('UpdateIAmAlivetimeKey', $sql$
update orleans.orleansmembershiptable
set iamalivetime = @IAmAliveTime
where deploymentid = @DeploymentId and address = @Address and port = @Port and generation = @Generation
$sql$),
-- Joined from the version row: the version is answered even where no silo is known.
('MembershipReadRowKey', $sql$
select v.deploymentid as "DeploymentId", m.address as "Address", m.port as "Port", m.generation as "Generation",
       m.siloname as "SiloName", m.hostname as "HostName", m.status as "Status", m.proxyport as "ProxyPort",
       m.suspecttimes as "SuspectTimes", m.starttime as "StartTime", m.iamalivetime as "IAmAliveTime", v.version as "Version"
from orleans.orleansmembershipversiontable as v
left join orleans.orleansmembershiptable as m
    on m.deploymentid = v.deploymentid and m.address = @Address and m.port = @Port and m.generation = @Generation
where v.deploymentid = @DeploymentId
$sql$),
('MembershipReadAllKey', $sql$
select v.deploymentid as "DeploymentId", m.address as "Address", m.port as "Port", m.generation as "Generation",
       m.siloname as "SiloName", m.hostname as "HostName", m.status as "Status", m.proxyport as "ProxyPort",
       m.suspecttimes as "SuspectTimes", m.starttime as "StartTime", m.iamalivetime as "IAmAliveTime", v.version as "Version"
from orleans.orleansmembershipversiontable as v
left join orleans.orleansmembershiptable as m on m.deploymentid = v.deploymentid
where v.deploymentid = @DeploymentId
$sql$),
-- The silos' rows go with their version row (`on delete cascade`).
('DeleteMembershipTableEntriesKey', $sql$
delete from orleans.orleansmembershipversiontable where deploymentid = @DeploymentId
$sql$),
('GatewaysQueryKey', $sql$
select address as "Address", proxyport as "ProxyPort", generation as "Generation"
from orleans.orleansmembershiptable
where deploymentid = @DeploymentId and status = @Status and proxyport > 0
$sql$),
-- 3 is SiloStatus.Active.
('CleanupDefunctSiloEntriesKey', $sql$
delete from orleans.orleansmembershiptable
where deploymentid = @DeploymentId and status <> 3 and iamalivetime < @IAmAliveTime
$sql$),
-- Asked for by 10.4.2 in place of the one above, one silo at a time: only a dead one (6), and only if it is still as it was read.
('CleanupDefunctSiloEntryKey', $sql$
delete from orleans.orleansmembershiptable
where deploymentid = @DeploymentId and address = @Address and port = @Port and generation = @Generation
  and status = 6 and starttime = @StartTime and iamalivetime = @IAmAliveTime
  and coalesce(suspecttimes, '') = coalesce(@SuspectTimes, '')
$sql$);
