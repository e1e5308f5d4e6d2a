using System.Net;
using System.Net.Sockets;
using Npgsql;
using Wingman.Testing;

namespace Wingman.SystemTests.Testing;

/// <summary>The faults have their documented effects, on a real Postgres.</summary>
public sealed class FaultProxyTests : IAsyncLifetime
{
    private FaultProxy _proxy = null!;
    private NpgsqlDataSource _direct = null!;
    private NpgsqlDataSource _through = null!;

    public async Task InitializeAsync()
    {
        var direct = new NpgsqlConnectionStringBuilder(await TestPostgres.CreateEmptyDatabaseAsync());
        _proxy = FaultProxy.Start(new UnixDomainSocketEndPoint(Path.Combine(direct.Host!, $".s.PGSQL.{direct.Port}")));
        _direct = NpgsqlDataSource.Create(direct);
        _through = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(direct.ConnectionString)
        {
            Host = IPAddress.Loopback.ToString(),
            Port = _proxy.Address.Port,
            Timeout = 5,
            CommandTimeout = 2,
            CancellationTimeout = -1,
            MaxAutoPrepare = 10,
            AutoPrepareMinUsages = 1,
        });
        await _direct.ExecuteAsync("create table t (id int primary key)");
    }

    public async Task DisposeAsync()
    {
        await _through.DisposeAsync();
        await _direct.DisposeAsync();
        await _proxy.DisposeAsync();
    }

    [Fact]
    public async Task LostReply_IsOfACommitThatHappened()
    {
        _proxy.LoseNextReplies(1);

        // Not the read's answer, but the write's.
        Assert.Equal(0L, await CountAsync(_through));
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => _through.ExecuteAsync("insert into t values (1)"));

        Assert.Equal(1, _proxy.RepliesLost);
        Assert.Equal(1L, await CountAsync(_direct));
        await _through.ExecuteAsync("insert into t values (2)");
    }

    [Fact]
    public async Task LostReply_OfAPreparedStatementInABatch_IsRecognised()
    {
        await using var connection = await _through.OpenConnectionAsync();
        for (var i = 0; i < 3; i++) await InsertAsync(connection, i);
        _proxy.LoseNextReplies(1);

        await Assert.ThrowsAnyAsync<NpgsqlException>(() => InsertAsync(connection, 3));

        Assert.Equal(4L, await CountAsync(_direct));
    }

    [Fact]
    public async Task RefusedWrite_IsNoCommit_AndItsAnswerArrives()
    {
        await _through.ExecuteAsync("insert into t values (1)");
        _proxy.LoseNextReplies(1);

        var refused = await Assert.ThrowsAsync<PostgresException>(() => _through.ExecuteAsync("insert into t values (1)"));

        Assert.Equal(PostgresErrorCodes.UniqueViolation, refused.SqlState);
        Assert.Equal(0, _proxy.RepliesLost);
    }

    [Theory]
    [InlineData(CutDirection.ToServer, 0)]
    [InlineData(CutDirection.ToClient, 1)]
    public async Task WriteIntoAOneWayCut_ArrivesOrNot_ByItsDirection(CutDirection direction, long arrived)
    {
        await using var connection = await _through.OpenConnectionAsync();
        _proxy.Cut(direction);
        Assert.Equal(0, _proxy.UnderWay);

        // The sender has no timeout. A sender that gives up asks the server, on another connection, to cancel the statement: both would
        // arrive after the cut, and on a busy machine the server may process the cancellation first.
        await using var insert = new NpgsqlCommand("insert into t values (1)", connection) { CommandTimeout = 0 };
        var inserting = insert.ExecuteNonQueryAsync();
        await Eventually.IsTrueAsync("the cut holds the write or its answer", _ => Task.FromResult(_proxy.UnderWay > 0));
        await Eventually.BecomesAsync("the write has arrived or not", _ => CountAsync(_direct), count => count == arrived);
        Assert.False(inserting.IsCompleted);

        _proxy.Heal();
        Assert.Equal(1, await inserting);
        Assert.Equal(1L, await CountAsync(_direct));
    }

    [Fact]
    public async Task WhatWasSentIntoACut_ArrivesLate_ThoughItsSenderIsGone()
    {
        // A server of the test's own: it receives every byte, and no driver asks it to cancel anything.
        byte[] startup = [0, 0, 0, 8, 0, 3, 0, 0];
        byte[] query = [(byte)'Q', 0, 0, 0, 13, .. "select 1\0"u8];
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        await using var proxy = FaultProxy.Start(listener.LocalEndpoint);
        using var sender = new TcpClient();
        await sender.ConnectAsync(proxy.Address);
        using var server = await listener.AcceptTcpClientAsync();
        var received = server.GetStream();
        await sender.GetStream().WriteAsync(startup);
        await received.ReadExactlyAsync(new byte[startup.Length]);

        proxy.Cut(CutDirection.ToServer);
        await sender.GetStream().WriteAsync(query);
        await Eventually.IsTrueAsync("the cut holds it", _ => Task.FromResult(proxy.UnderWay > 0));
        sender.Client.Close(timeout: 0);
        Assert.False(received.DataAvailable);

        proxy.Heal();
        var late = new byte[query.Length];
        await received.ReadExactlyAsync(late);
        Assert.Equal(query, late);
    }

    [Fact]
    public async Task AnsweredClient_HasNothingUnderWay()
    {
        // If the count were decreased only after the answer was delivered, a client could still find its finished exchange counted as
        // held by a cut: rarely on an idle machine, soon on a busy one.
        await using var connection = await _through.OpenConnectionAsync();

        for (var i = 0; i < 3_000; i++)
        {
            await ExecuteAsync(connection, "select 1");
            Assert.Equal(0, _proxy.UnderWay);
        }
    }

    [Fact]
    public async Task KilledConnection_FailsItsClient_AndTheNextOneServes()
    {
        await using var connection = await _through.OpenConnectionAsync();

        Assert.True(_proxy.KillConnections() >= 1);

        await Assert.ThrowsAnyAsync<NpgsqlException>(() => ExecuteAsync(connection, "select 1"));
        await connection.CloseAsync();
        NpgsqlConnection.ClearAllPools();
        Assert.Equal(0L, await CountAsync(_through));
    }

    [Fact]
    public async Task Delay_IsAddedToEachRoundTrip()
    {
        await using var connection = await _through.OpenConnectionAsync();
        _proxy.Delay = TimeSpan.FromMilliseconds(50);
        var started = TimeProvider.System.GetTimestamp();

        await ExecuteAsync(connection, "select 1");

        Assert.True(TimeProvider.System.GetElapsedTime(started) >= TimeSpan.FromMilliseconds(95));
    }

    private static async Task InsertAsync(NpgsqlConnection connection, int id)
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(new NpgsqlBatchCommand("select 1"));
        var insert = new NpgsqlBatchCommand("insert into t select * from unnest($1)");
        insert.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = [id] });
        batch.BatchCommands.Add(insert);
        await batch.ExecuteNonQueryAsync();
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private static Task<long> CountAsync(NpgsqlDataSource database) => database.ScalarAsync<long>("select count(*) from t");
}
