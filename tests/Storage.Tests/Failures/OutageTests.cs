using Wingman.Storage.Tests.Fixtures;
using Wingman.Testing;

namespace Wingman.Storage.Tests.Failures;

/// <summary>A server is unavailable for longer than a request may wait: further requests do not wait for it.</summary>
public sealed class OutageTests
{
    [Fact]
    public async Task ServerThatStaysAway_RefusesRequestsAtOnce_AndServesThemWhenItIsBack()
    {
        var fixture = new OwnServerFixture();
        await fixture.InitializeAsync();
        try
        {
            var tables = fixture.Open();
            var session = await SeededSession.InsertAsync(fixture);
            var version = await session.VersionAsync(tables);
            await fixture.Server.StopAsync();

            // The first requests in the outage wait until their deadline.
            Assert.Equal(StorageFailure.Unavailable, (await Assert.ThrowsAsync<StorageException>(() => tables.ReadAsync(session.Key))).Failure);
            var refusedAtOnce = 0;
            await Eventually.IsTrueAsync("requests are refused at once", async _ =>
            {
                Task[] requests = [.. Enumerable.Range(0, 8).Select(_ => ReadAsync()), WriteAsync()];
                refusedAtOnce = requests.Count(static request => request.IsFaulted);
                foreach (var request in requests) await Assert.ThrowsAsync<StorageException>(() => request);
                return refusedAtOnce >= requests.Length - 1;
            });

            await fixture.Server.StartAgainAsync();
            fixture.Sql.Clear();
            await Eventually.IsTrueAsync("requests are served again", async _ => await Record.ExceptionAsync(() => tables.ReadAsync(session.Key)) is null);
            await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => tables.ReadAsync(session.Key)));
            await session.WriteAsync(tables, await session.VersionAsync(tables), session.Completed);
            Assert.Equal(SeededSession.CompletedOnce, await session.RowsAsync(fixture));

            async Task ReadAsync() => await tables.ReadAsync(session.Key);

            async Task WriteAsync() => await session.WriteAsync(tables, version, session.Completed);
        }
        finally
        {
            await fixture.DisposeAsync();
        }
    }
}
