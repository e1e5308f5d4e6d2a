using System.Text.Json;
using System.Text.Json.Serialization;
using Npgsql;
using Wingman.Reputation;
using Wingman.Sweeping;

namespace Wingman.Silo.Operations.Support;

/// <summary>Explains a session or a user from the database. Needs nothing but the database, and changes nothing.</summary>
/// <param name="configuration">How the service counts, and when it ends sessions.</param>
/// <param name="clock">The clock.</param>
internal sealed class Explainer(IConfiguration configuration, TimeProvider clock)
{
    /// <summary>How explanations are written as JSON.</summary>
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DictionaryKeyPolicy = null,
        WriteIndented = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    private readonly CreditCounting _counting = (configuration.GetSection(ReputationOptions.Section).Get<ReputationOptions>() ?? new()).Counting;
    private readonly NoShowOptions _noShows = configuration.GetSection(NoShowOptions.Section).Get<NoShowOptions>() ?? new();
    private readonly TimeSpan _retention = configuration.GetValue("Wingman:Log:Retention", TimeSpan.FromDays(90));
    private readonly string _serviceId = configuration["Orleans:ServiceId"] is { Length: > 0 } service ? service : "wingman";

    /// <summary>A session's explanation. For an unknown session it says so.</summary>
    public Task<SessionExplanation> ExplainSessionAsync(NpgsqlConnection connection, Guid session) =>
        connection.ReadInSnapshotAsync(() => SessionReader.ReadAsync(connection, session, _counting, _noShows, _retention, clock.GetUtcNow()));

    /// <summary>A user's explanation. For an unknown user it says so.</summary>
    public Task<UserExplanation> ExplainUserAsync(NpgsqlConnection connection, Guid user) =>
        connection.ReadInSnapshotAsync(() => UserReader.ReadAsync(connection, user, _counting, _serviceId));
}
