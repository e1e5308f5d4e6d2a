using Orleans.Storage;

namespace Wingman.Storage.Tests.Conformance;

/// <summary>Ours and the stock provider on the same rows: data written by one is never locked in.</summary>
public sealed class InteroperationTests(StorageLab lab) : IClassFixture<StorageLab>
{
    public static IEnumerable<object[]> KeysAndDirections { get; } =
        from kind in KeyKinds.Names from oursFirst in new[] { true, false } select new object[] { kind, oursFirst };

    [Theory]
    [MemberData(nameof(KeysAndDirections))]
    public async Task EachReadsOverwritesAndConflictsWithTheOther(string keyKind, bool oursFirst)
    {
        var (first, second) = await OpenBothAsync(oursFirst);
        var one = await TextCell.Of(first, KeyKinds.NewGrain(keyKind)).WriteAsync("by one");
        var other = TextCell.Of(second, one.Grain);

        await Assert.ThrowsAsync<InconsistentStateException>(() => other.WriteAsync("unaware"));
        await other.ReadAsync();
        Assert.Equal(("by one", "1", true), (other.Text(), other.ETag, other.Exists));

        await other.WriteAsync("by the other");
        Assert.Equal("2", other.ETag);
        await Assert.ThrowsAsync<InconsistentStateException>(() => one.WriteAsync("stale"));
        await Assert.ThrowsAsync<InconsistentStateException>(() => one.ClearAsync());
        await one.ReadAsync();
        Assert.Equal(("by the other", "2"), (one.Text(), one.ETag));

        await one.ClearAsync();
        await other.ReadAsync();
        Assert.Equal((null, "3", false), (other.Text(), other.ETag, other.Exists));
        await other.WriteAsync("again");
        Assert.Equal(("again", "4"), ((await one.ReadAsync()).Text(), one.ETag));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task StringsThatReadAsTheSameHexNumber_ShareARowInBoth(bool oursFirst)
    {
        // Orleans takes such keys for integers; what one provider makes of them the other must find.
        var (first, second) = await OpenBothAsync(oursFirst);
        var number = $"{Random.Shared.NextInt64(1, long.MaxValue >> 8):x}";
        await TextCell.Of(first, Orleans.Runtime.GrainId.Create("test", number)).WriteAsync("hex");

        Assert.Equal("hex", (await TextCell.Of(second, Orleans.Runtime.GrainId.Create("test", $"0{number}")).ReadAsync()).Text());
    }

    [Fact]
    public async Task FirstWrites_RacedByBoth_AreWonByOne()
    {
        var (ours, stock) = await OpenBothAsync(oursFirst: true);
        for (var round = 0; round < 50; round++)
        {
            var grain = TextCell.NewGrain();
            var outcomes = await Task.WhenAll(new[] { ours, stock, ours, stock }.Select(storage => Task.Run(async () =>
            {
                try
                {
                    await TextCell.Of(storage, grain).WriteAsync("mine");
                    return true;
                }
                catch (InconsistentStateException)
                {
                    return false;
                }
            })));

            Assert.Single(outcomes, won => won);
            Assert.Equal("1", (await TextCell.Of(stock, grain).ReadAsync()).ETag);
        }
    }

    [Fact]
    public async Task RandomOperations_OfBothOnTheSameRows_DoWhatTheModelDoes()
    {
        var (ours, stock) = await OpenBothAsync(oursFirst: true);
        await GrainStorageModel.CheckAsync(ours, stock);
    }

    private async Task<(IGrainStorage First, IGrainStorage Second)> OpenBothAsync(bool oursFirst)
    {
        IGrainStorage ours = await lab.OpenAsync();
        var stock = await lab.OpenStockAsync();
        return oursFirst ? (ours, stock) : (stock, ours);
    }
}
