-- Grain state, by the contract of Microsoft.Orleans.Persistence.AdoNet.
-- The providers find OrleansQuery through the search path; every text in it names its tables in full,
-- so nothing else depends on that path. They live outside public, which Supabase publishes: whoever can write OrleansQuery runs
-- SQL as the silo.

create table orleans.orleansquery
(
    querykey  varchar(64) not null primary key,
    querytext text        not null
);

-- Room on each page and no index on payload, version or time: an update stays on its page and touches no index (HOT).
create table orleans.orleansstorage
(
    grainidhash            integer      not null,
    grainidn0              bigint       not null,
    grainidn1              bigint       not null,
    graintypehash          integer      not null,
    graintypestring        varchar(512) not null,
    grainidextensionstring varchar(512),
    serviceid              varchar(150) not null,
    payloadbinary          bytea,
    modifiedon             timestamp    not null,
    version                integer      not null
) with (fillfactor = 70);

-- A Guid or integer key has no extension: without `nulls not distinct` two first writers would both get in,
-- and the grain could never be read again.
create unique index orleansstorage_key on orleans.orleansstorage
    (grainidhash, grainidn0, grainidn1, graintypehash, graintypestring, grainidextensionstring, serviceid)
    nulls not distinct;

insert into orleans.orleansquery (querykey, querytext) values
('ReadFromStorageKey', $sql$
select payloadbinary as "PayloadBinary", modifiedon as "ModifiedOn", version as "Version"
from orleans.orleansstorage
where grainidhash = @GrainIdHash
  and grainidn0 = @GrainIdN0
  and grainidn1 = @GrainIdN1
  and graintypehash = @GrainTypeHash
  and graintypestring = @GrainTypeString
  and grainidextensionstring is not distinct from @GrainIdExtensionString
  and serviceid = @ServiceId
$sql$),
-- Answers the version given when it is no longer the stored one: the provider reads that as a conflict.
('WriteToStorageKey', $sql$
with updated as
(
    update orleans.orleansstorage
    set payloadbinary = @PayloadBinary, modifiedon = now() at time zone 'utc', version = version + 1
    where @GrainStateVersion is not null
      and grainidhash = @GrainIdHash
      and grainidn0 = @GrainIdN0
      and grainidn1 = @GrainIdN1
      and graintypehash = @GrainTypeHash
      and graintypestring = @GrainTypeString
      and grainidextensionstring is not distinct from @GrainIdExtensionString
      and serviceid = @ServiceId
      and version = @GrainStateVersion
    returning version
), inserted as
(
    insert into orleans.orleansstorage
        (grainidhash, grainidn0, grainidn1, graintypehash, graintypestring, grainidextensionstring, serviceid,
         payloadbinary, modifiedon, version)
    select @GrainIdHash, @GrainIdN0, @GrainIdN1, @GrainTypeHash, @GrainTypeString, @GrainIdExtensionString, @ServiceId,
           @PayloadBinary, now() at time zone 'utc', 1
    where @GrainStateVersion is null
    on conflict do nothing
    returning version
)
select coalesce((select version from updated), (select version from inserted), @GrainStateVersion) as "NewGrainStateVersion"
$sql$),
('ClearStorageKey', $sql$
update orleans.orleansstorage
set payloadbinary = null, modifiedon = now() at time zone 'utc', version = version + 1
where grainidhash = @GrainIdHash
  and grainidn0 = @GrainIdN0
  and grainidn1 = @GrainIdN1
  and graintypehash = @GrainTypeHash
  and graintypestring = @GrainTypeString
  and grainidextensionstring is not distinct from @GrainIdExtensionString
  and serviceid = @ServiceId
  and version = @GrainStateVersion
returning version as "NewGrainStateVersion"
$sql$),
('DeleteStorageKey', $sql$
delete from orleans.orleansstorage
where grainidhash = @GrainIdHash
  and grainidn0 = @GrainIdN0
  and grainidn1 = @GrainIdN1
  and graintypehash = @GrainTypeHash
  and graintypestring = @GrainTypeString
  and grainidextensionstring is not distinct from @GrainIdExtensionString
  and serviceid = @ServiceId
  and version = @GrainStateVersion
returning version + 1 as "NewGrainStateVersion"
$sql$);
