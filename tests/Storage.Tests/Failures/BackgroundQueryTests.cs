using System.Net.Sockets;
using Npgsql;
using Wingman.Silo.Storage;

namespace Wingman.Storage.Tests.Failures;

/// <summary>A query that no request waits for fails with an exception of ours, and is retried only where its connection may have been dead.</summary>
public sealed class BackgroundQueryTests
{
    [Theory]
    [InlineData(PostgresErrorCodes.UndefinedTable)]
    [InlineData(PostgresErrorCodes.LockNotAvailable)]
    [InlineData(PostgresErrorCodes.InsufficientPrivilege)]
    public async Task ErrorOfTheServer_IsNotRetried_AndDoesNotCrossTheWireAsItIs(string state)
    {
        var attempts = 0;

        var failure = await Assert.ThrowsAsync<StorageException>(() => BackgroundQuery.RunAsync<int>("a test", () =>
        {
            attempts++;
            throw new PostgresException("no", "ERROR", "ERROR", state);
        }));

        Assert.Equal(1, attempts);
        Assert.Equal(StorageFailure.Unavailable, failure.Failure);
        Assert.Null(failure.InnerException);
    }

    /// <summary>The driver reports a host name that does not resolve, and a slow one, with exceptions that are not its own.</summary>
    [Theory]
    [InlineData(typeof(SocketException))]
    [InlineData(typeof(TimeoutException))]
    [InlineData(typeof(IOException))]
    public async Task DatabaseThatIsNotFound_IsUnavailable(Type failure)
    {
        var exception = (Exception)Activator.CreateInstance(failure)!;

        var thrown = await Assert.ThrowsAsync<StorageException>(() => BackgroundQuery.RunAsync<int>("a test", () => throw exception));

        Assert.Equal(StorageFailure.Unavailable, thrown.Failure);
    }

    /// <summary>After a restart of the server, or behind a pooler.</summary>
    [Theory]
    [InlineData("FATAL", PostgresErrorCodes.AdminShutdown)]
    [InlineData("ERROR", PostgresErrorCodes.InvalidSqlStatementName)]
    public async Task DeadConnection_OfWhichTheServerTells_IsRetriedOnce(string severity, string state)
    {
        var attempts = 0;

        Assert.Equal(2, await BackgroundQuery.RunAsync("a test", () => ++attempts == 1 ? throw new PostgresException("no", severity, severity, state) : Task.FromResult(attempts)));
    }

    [Fact]
    public async Task DeadConnection_IsRetriedOnce()
    {
        var attempts = 0;

        Assert.Equal(2, await BackgroundQuery.RunAsync("a test", () => ++attempts == 1 ? throw new NpgsqlException("The connection is broken.") : Task.FromResult(attempts)));
        await Assert.ThrowsAsync<StorageException>(() => BackgroundQuery.RunAsync<int>("a test", static () => throw new NpgsqlException("The connection is broken.")));
    }
}
