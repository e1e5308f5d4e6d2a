using Orleans.Storage;

namespace Wingman.Storage.Tests.Schema;

public sealed class StockPersistenceTests(StockFixture providers) : IClassFixture<StockFixture>
{
    [Fact]
    public async Task Read_OfWhatWasNeverWritten_FindsNothing()
    {
        var state = await ReadAsync(NewGrain());
        Assert.False(state.RecordExists);
        Assert.Null(state.ETag);
    }

    [Theory]
    [InlineData("guid")]
    [InlineData("integer")]
    [InlineData("string")]
    [InlineData("compound")]
    public async Task Write_ThenRead_GivesTheStateAndTheNextVersion(string kindOfKey)
    {
        var grain = kindOfKey switch
        {
            "guid" => NewGrain(),
            "integer" => GrainId.Create(GrainType.Create("test"), GrainIdKeyExtensions.CreateIntegerKey(Random.Shared.NextInt64())),
            "string" => GrainId.Create("test", $"odd 'characters' \"§\" {Guid.NewGuid()}"),
            _ => GrainId.Create(GrainType.Create("test"), GrainIdKeyExtensions.CreateGuidKey(Guid.NewGuid(), "extension")),
        };
        var state = await WriteAsync(grain, new() { State = new() { Text = "first" } });
        Assert.Equal("1", state.ETag);
        state.State!.Text = "second";
        await WriteAsync(grain, state);

        var read = await ReadAsync(grain);

        Assert.Equal(("second", "2", true), (read.State!.Text, read.ETag, read.RecordExists));
    }

    [Fact]
    public async Task Write_WithAnOldVersion_IsAConflictAndChangesNothing()
    {
        var grain = NewGrain();
        await WriteAsync(grain, new());
        var (one, other) = (await ReadAsync(grain), await ReadAsync(grain));
        one.State!.Text = "one";
        await WriteAsync(grain, one);

        await Assert.ThrowsAsync<InconsistentStateException>(() => WriteAsync(grain, other));

        Assert.Equal(("one", "2"), ((await ReadAsync(grain)).State!.Text, (await ReadAsync(grain)).ETag));
    }

    [Fact]
    public async Task FirstWrite_RacedFromManyConnections_LeavesOneRowAndTellsEveryLoser()
    {
        const int Writers = 8;
        const int Grains = 200;
        var losses = 0;
        var grains = Enumerable.Range(0, Grains).Select(_ => NewGrain()).ToList();
        foreach (var grain in grains)
        {
            await Task.WhenAll(Enumerable.Range(0, Writers).Select(_ => Task.Run(async () =>
            {
                try
                {
                    await WriteAsync(grain, new());
                }
                catch (InconsistentStateException)
                {
                    Interlocked.Increment(ref losses);
                }
            })));
        }

        Assert.Equal((Writers - 1) * Grains, losses);
        foreach (var grain in grains) Assert.Equal("1", (await ReadAsync(grain)).ETag);
    }

    [Fact]
    public async Task Clear_KeepsTheRowAndItsVersion_SoThatALaterWriteGoesOn()
    {
        var grain = NewGrain();
        var state = await WriteAsync(grain, new() { State = new() { Text = "gone" } });
        var stale = await ReadAsync(grain);

        await providers.Storage.ClearStateAsync("state", grain, state);

        Assert.Equal("2", state.ETag);
        var read = await ReadAsync(grain);
        Assert.Equal((false, "2", null), (read.RecordExists, read.ETag, read.State!.Text));
        await Assert.ThrowsAsync<InconsistentStateException>(() => providers.Storage.ClearStateAsync("state", grain, stale));
        Assert.Equal("3", (await WriteAsync(grain, read)).ETag);
    }

    [Fact]
    public async Task Delete_RemovesTheRow_AndRefusesAnOldVersion()
    {
        var grain = NewGrain();
        var state = await WriteAsync(grain, new());
        var stale = await ReadAsync(grain);
        await WriteAsync(grain, state);

        await Assert.ThrowsAsync<InconsistentStateException>(() => providers.DeletingStorage.ClearStateAsync("state", grain, stale));
        await providers.DeletingStorage.ClearStateAsync("state", grain, state);

        Assert.Null(state.ETag);
        Assert.Null((await ReadAsync(grain)).ETag);
        Assert.Equal("1", (await WriteAsync(grain, state)).ETag);
    }

    [Fact]
    public async Task Updates_StayOnTheirPage()
    {
        var grain = NewGrain();
        var state = await WriteAsync(grain, new());
        await using var command = providers.DataSource.CreateCommand(
            "select pg_stat_force_next_flush(); select n_tup_upd - n_tup_hot_upd from pg_stat_user_tables where relname = 'orleansstorage'");
        for (var i = 0; i < 200; i++) await WriteAsync(grain, state);

        await using var reader = await command.ExecuteReaderAsync();
        await reader.NextResultAsync();
        await reader.ReadAsync();

        // A few updates are not HOT, because their page was full.
        Assert.InRange(reader.GetInt64(0), 0, 20);
    }

    private static GrainId NewGrain() => GrainId.Create(GrainType.Create("test"), GrainIdKeyExtensions.CreateGuidKey(Guid.NewGuid()));

    private async Task<GrainState<Sample>> ReadAsync(GrainId grain)
    {
        var state = new GrainState<Sample>();
        await providers.Storage.ReadStateAsync("state", grain, state);
        return state;
    }

    private async Task<GrainState<Sample>> WriteAsync(GrainId grain, GrainState<Sample> state)
    {
        state.State ??= new();
        await providers.Storage.WriteStateAsync("state", grain, state);
        return state;
    }

    /// <summary>Some state.</summary>
    public sealed class Sample
    {
        /// <summary>Some text.</summary>
        public string? Text { get; set; }
    }
}
