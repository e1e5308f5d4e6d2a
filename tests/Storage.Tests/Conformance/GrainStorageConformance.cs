using System.Collections.Concurrent;
using Orleans.Runtime;
using Orleans.Storage;

namespace Wingman.Storage.Tests.Conformance;

/// <summary>What Orleans expects of a grain storage, asked of ours and of the stock provider alike.</summary>
public abstract class GrainStorageConformance(StorageLab lab) : IClassFixture<StorageLab>
{
    private protected StorageLab Lab => lab;

    [Fact]
    public async Task Read_OfWhatWasNeverWritten_FindsNothing()
    {
        var cell = await TextCell.New(await OpenAsync()).ReadAsync();

        Assert.Equal((false, null, null), (cell.Exists, cell.ETag, cell.Text()));
        Assert.NotNull(cell.State);
    }

    [Theory]
    [MemberData(nameof(KeyKinds.All), MemberType = typeof(KeyKinds))]
    public async Task Write_ThenRead_GivesTheStateAndCountsVersions(string keyKind)
    {
        var storage = await OpenAsync();
        var cell = TextCell.Of(storage, KeyKinds.NewGrain(keyKind));
        await cell.WriteAsync("first");
        Assert.Equal(("1", true), (cell.ETag, cell.Exists));
        await cell.WriteAsync("second");

        var read = await TextCell.Of(storage, cell.Grain).ReadAsync();

        Assert.Equal(("second", "2", true), (read.Text(), read.ETag, read.Exists));
    }

    [Fact]
    public async Task Keys_OfDifferentKinds_DoNotMeet()
    {
        var storage = await OpenAsync();
        var guid = Guid.NewGuid();
        GrainId[] grains =
        [
            GrainId.Create(GrainType.Create("test"), GrainIdKeyExtensions.CreateGuidKey(guid)),
            GrainId.Create(GrainType.Create("test"), GrainIdKeyExtensions.CreateGuidKey(guid, "a")),
            GrainId.Create(GrainType.Create("test"), GrainIdKeyExtensions.CreateGuidKey(guid, "A")),
            GrainId.Create(GrainType.Create("test"), GrainIdKeyExtensions.CreateIntegerKey(BitConverter.ToInt64(guid.ToByteArray(), 8))),
            GrainId.Create(GrainType.Create("test"), IdSpan.Create($"x{guid}")),
            GrainId.Create(GrainType.Create("test"), IdSpan.Create($"X{guid}")),
        ];
        await Task.WhenAll(grains.Select((grain, index) => TextCell.Of(storage, grain).WriteAsync($"{index}")));

        for (var index = 0; index < grains.Length; index++)
        {
            var read = await TextCell.Of(storage, grains[index]).ReadAsync();
            Assert.Equal(($"{index}", "1"), (read.Text(), read.ETag));
        }
    }

    [Fact]
    public async Task Write_AtAVersionThatIsNotTheStoredOne_IsAConflictAndChangesNothing()
    {
        var storage = await OpenAsync();
        var cell = await TextCell.New(storage).WriteAsync("first");
        var stale = cell.Twin();
        await cell.WriteAsync("second");
        var unaware = TextCell.Of(storage, cell.Grain);
        var ofNothing = (await TextCell.New(storage).WriteAsync("elsewhere")).Twin();
        var missing = new Cell<Matches.MatchState>(storage, TextCell.NewGrain(), "state");

        await Assert.ThrowsAsync<InconsistentStateException>(() => stale.WriteAsync("stale"));
        await Assert.ThrowsAsync<InconsistentStateException>(() => unaware.WriteAsync("unaware"));

        var read = await TextCell.Of(storage, cell.Grain).ReadAsync();
        Assert.Equal(("second", "2"), (read.Text(), read.ETag));
        await ofNothing.WriteAsync("still possible");
        Assert.False((await missing.ReadAsync()).Exists);
    }

    [Fact]
    public async Task Write_WhereTheRowIsGone_IsAConflict()
    {
        const string StateName = "gone";
        var cell = await TextCell.New(await OpenAsync(), StateName).WriteAsync("first");
        await lab.ExecuteAsync("delete from orleans.orleansstorage where graintypestring = $1", StateName);

        await Assert.ThrowsAsync<InconsistentStateException>(() => cell.WriteAsync("second"));
        Assert.False((await cell.ReadAsync()).Exists);
    }

    [Fact]
    public async Task FirstWrite_RacedFromManyInstances_IsWonByOne()
    {
        const string StateName = "raced";
        const int Grains = 60;
        var storages = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => OpenAsync()));
        var grains = Enumerable.Range(0, Grains).Select(_ => TextCell.NewGrain()).ToList();

        var outcomes = await Task.WhenAll(grains.SelectMany(grain => storages.Select((storage, index) =>
            Task.Run(() => WinsAsync(TextCell.Of(storage, grain, StateName), $"{index}")))));

        Assert.Equal(Grains, outcomes.Count(won => won));
        for (var grain = 0; grain < Grains; grain++)
        {
            var winner = Assert.Single(Enumerable.Range(0, storages.Length), index => outcomes[(grain * storages.Length) + index]);
            var read = await TextCell.Of(storages[0], grains[grain], StateName).ReadAsync();
            Assert.Equal(($"{winner}", "1"), (read.Text(), read.ETag));
        }

        Assert.Equal(Grains, await lab.ScalarAsync<long>("select count(*) from orleans.orleansstorage where graintypestring = $1", StateName));
    }

    [Fact]
    public async Task ConcurrentWriters_OfOneKey_TakeEachVersionOnce()
    {
        var storages = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => OpenAsync()));
        var grain = TextCell.NewGrain();
        ConcurrentBag<string> won = [];

        await Task.WhenAll(Enumerable.Range(0, 9).Select(writer => Task.Run(async () =>
        {
            var cell = TextCell.Of(storages[writer % 3], grain);
            for (var round = 0; round < 12; round++)
            {
                await cell.ReadAsync();
                if (await WinsAsync(cell, $"{writer}/{round}")) won.Add(cell.ETag!);
            }
        })));

        var read = await TextCell.Of(storages[0], grain).ReadAsync();
        Assert.Equal(Enumerable.Range(1, won.Count).Select(version => $"{version}"), won.OrderBy(int.Parse));
        Assert.Equal($"{won.Count}", read.ETag);
    }

    [Fact]
    public async Task Clear_KeepsCountingVersions_SoThatAnOldActivationCannotWrite()
    {
        var storage = await OpenAsync();
        var cell = await TextCell.New(storage).WriteAsync("to be cleared");
        var stale = cell.Twin();

        await cell.ClearAsync();

        Assert.Equal((false, "2", null), (cell.Exists, cell.ETag, cell.Text()));
        var read = await TextCell.Of(storage, cell.Grain).ReadAsync();
        Assert.Equal((false, "2", null), (read.Exists, read.ETag, read.Text()));
        await Assert.ThrowsAsync<InconsistentStateException>(() => stale.WriteAsync("stale"));
        await Assert.ThrowsAsync<InconsistentStateException>(() => stale.ClearAsync());

        await read.WriteAsync("again");
        Assert.Equal(("3", true), (read.ETag, read.Exists));
        Assert.Equal("again", (await cell.ReadAsync()).Text());
    }

    [Fact]
    public async Task Clear_OfWhatWasNeverWritten_WritesNothing()
    {
        const string StateName = "never";
        var cell = await TextCell.New(await OpenAsync(), StateName).ClearAsync();

        Assert.Equal((false, null), (cell.Exists, cell.ETag));
        Assert.Equal(0, await lab.ScalarAsync<long>("select count(*) from orleans.orleansstorage where graintypestring = $1", StateName));
    }

    [Fact]
    public async Task Clear_WithoutHavingRead_ClearsWhatIsThere()
    {
        var storage = await OpenAsync();
        var cell = await TextCell.New(storage).WriteAsync("there");

        await TextCell.Of(storage, cell.Grain).ClearAsync();

        Assert.Equal((false, "2"), ((await cell.ReadAsync()).Exists, cell.ETag));
    }

    [Fact]
    public async Task LargeStates_GoInAndOut()
    {
        var storage = await OpenAsync();
        var texts = Enumerable.Range(0, 6).Select(index => new string((char)('a' + index), 3_000_000 + index)).ToList();
        var cells = await Task.WhenAll(texts.Select(text => TextCell.New(storage).WriteAsync(text)));

        var read = await Task.WhenAll(cells.Select(cell => TextCell.Of(storage, cell.Grain).ReadAsync()));

        Assert.All(texts.Zip(read), pair => Assert.True(pair.First == pair.Second.Text()));
    }

    [Fact]
    public async Task OddTexts_ComeBackAsTheyWere()
    {
        var storage = await OpenAsync();
        string[] texts =
            ["", " ", "\0", "a\0b", "\"quoted\" 'and' \\escaped\\", "line\r\nbreak\t", "😀👩‍👩‍👧", "\u2028\u2029\ufeff", "{\"v\":2}", "null", "$1; drop table x; --"];

        foreach (var text in texts)
        {
            var cell = await TextCell.New(storage).WriteAsync(text);
            Assert.Equal(text, (await TextCell.Of(storage, cell.Grain).ReadAsync()).Text());
        }
    }

    [Fact]
    public async Task HalfACharacter_IsReplacedAndDoesNoHarm()
    {
        var storage = await OpenAsync();
        var cell = await TextCell.New(storage).WriteAsync("lone \ud83d surrogate");

        Assert.Equal("lone \ufffd surrogate", (await TextCell.Of(storage, cell.Grain).ReadAsync()).Text());
    }

    [Fact]
    public async Task NullState_IsStoredAndReadAsAFreshOne()
    {
        var storage = await OpenAsync();
        var cell = TextCell.New(storage);
        await cell.WriteAsync((Matches.MatchState)null!);

        var read = await TextCell.Of(storage, cell.Grain).ReadAsync();

        Assert.Equal(("1", true, null), (read.ETag, read.Exists, read.Text()));
        Assert.NotNull(read.State);
    }

    [Fact]
    public async Task StateNamesAndServices_DoNotMeet()
    {
        var (ours, other) = (await OpenAsync(), await OpenAsync("another service"));
        var grain = TextCell.NewGrain();
        await Task.WhenAll(
            TextCell.Of(ours, grain, "one").WriteAsync("one"), TextCell.Of(ours, grain, "two").WriteAsync("two"), TextCell.Of(other, grain, "one").WriteAsync("other"));

        Assert.Equal("one", (await TextCell.Of(ours, grain, "one").ReadAsync()).Text());
        Assert.Equal("two", (await TextCell.Of(ours, grain, "two").ReadAsync()).Text());
        Assert.Equal("other", (await TextCell.Of(other, grain, "one").ReadAsync()).Text());
        Assert.False((await TextCell.Of(other, grain, "two").ReadAsync()).Exists);
        await (await TextCell.Of(ours, grain, "one").ReadAsync()).ClearAsync();
        Assert.True((await TextCell.Of(other, grain, "one").ReadAsync()).Exists);
    }

    [Fact]
    public async Task RandomOperations_DoWhatTheModelDoes() => await GrainStorageModel.CheckAsync(await OpenAsync(), await OpenAsync());

    /// <summary>Opens the storage.</summary>
    protected abstract Task<IGrainStorage> OpenAsync(string service = "tests");

    private static async Task<bool> WinsAsync(Cell<Matches.MatchState> cell, string text)
    {
        try
        {
            await cell.WriteAsync(text);
            return true;
        }
        catch (InconsistentStateException)
        {
            return false;
        }
    }
}

/// <summary>Ours.</summary>
public sealed class GroupCommitConformanceTests(StorageLab lab) : GrainStorageConformance(lab)
{
    /// <inheritdoc/>
    protected override async Task<IGrainStorage> OpenAsync(string service = "tests") => await Lab.OpenAsync(service: service);
}

/// <summary>Ours, as it runs behind a pooler that hands out connections per transaction.</summary>
public sealed class UnpreparedConformanceTests(StorageLab lab) : GrainStorageConformance(lab)
{
    /// <inheritdoc/>
    protected override async Task<IGrainStorage> OpenAsync(string service = "tests") =>
        await Lab.OpenAsync(options => options.PrepareStatements = false, service: service);
}

/// <summary>Microsoft.Orleans.Persistence.AdoNet on our schema.</summary>
public sealed class AdoNetConformanceTests(StorageLab lab) : GrainStorageConformance(lab)
{
    /// <inheritdoc/>
    protected override Task<IGrainStorage> OpenAsync(string service = "tests") => Lab.OpenStockAsync(service);
}
