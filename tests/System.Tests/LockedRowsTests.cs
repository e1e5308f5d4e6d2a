using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Npgsql;
using Wingman.SystemTests.Clusters;
using Wingman.Testing;

namespace Wingman.SystemTests;

/// <summary>Another program holds the rows of some sessions for longer than a request may wait: what their users are answered, and what all others.</summary>
[Collection(RealProcessesCollection.Name)]
public sealed class LockedRowsTests
{
    private const int Locked = 12;

    [Fact]
    public async Task LockedSessions_Are503AtTheirDeadline_And200OnceTheLockIsGone_AndAllOthersAre200()
    {
        await using var cluster = await TestCluster.CreateAsync();
        var host = cluster.AddCohosted("host");
        await cluster.StartAllAsync();
        var sessions = await cluster.NewSessionsAsync(64);
        await using var database = NpgsqlDataSource.Create(cluster.ConnectionString);
        using var http = new HttpClient(new DocumentedHandler(new SocketsHttpHandler())) { Timeout = TimeSpan.FromMinutes(1) };

        await using (await LockAsync(database, sessions[..Locked]))
        {
            var answers = await Task.WhenAll(sessions.Select(ConfirmAsync));

            Assert.All(answers[Locked..], static answer => Assert.Equal((HttpStatusCode.OK, false), answer));
            Assert.All(answers[..Locked], static answer => Assert.Equal((HttpStatusCode.ServiceUnavailable, true), answer));
        }

        Assert.All(await Task.WhenAll(sessions[..Locked].Select(ConfirmAsync)), static answer => Assert.Equal((HttpStatusCode.OK, false), answer));
        await cluster.AssertInvariantsAsync();

        async Task<(HttpStatusCode Status, bool HasRetryAfter)> ConfirmAsync(TestSession session)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(host.Address, "/api/session/confirm-completion"))
            {
                Content = JsonContent.Create(new { session_id = session.Id }),
            };
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", cluster.Tokens.ForUser(session.Pair.User1));
            using var response = await http.SendAsync(request);
            return (response.StatusCode, response.Headers.RetryAfter is not null);
        }
    }

    /// <summary>Locks the rows until the connection is disposed of.</summary>
    private static async Task<NpgsqlConnection> LockAsync(NpgsqlDataSource database, IEnumerable<TestSession> sessions)
    {
        var connection = await database.OpenConnectionAsync();
        await connection.BeginTransactionAsync();
        await using var command = new NpgsqlCommand("select from public.wingman_sessions where id = any ($1) for update", connection);
        command.Parameters.AddWithValue(sessions.Select(static session => session.Id).ToArray());
        await command.ExecuteNonQueryAsync();
        return connection;
    }
}
