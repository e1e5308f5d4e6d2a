using Npgsql;

namespace Wingman.Silo.Storage.Batching;

/// <summary>
/// The time that each of several database servers has to accept a connection. The driver tries them in the order of the connection string
/// at every attempt, and does not remember which one was silent: the last one must have its time too.
/// </summary>
internal static class SeveralHosts
{
    /// <summary>How many hosts a connection string names.</summary>
    public static int CountOf(NpgsqlConnectionStringBuilder builder) => 1 + (builder.Host?.Count(static c => c == ',') ?? 0);

    /// <summary>How many seconds connecting to one host may take, so that all of them together take no longer than one alone may.</summary>
    /// <param name="builder">Names the hosts.</param>
    /// <param name="seconds">How long connecting to a single host may take.</param>
    public static int TimeoutOfEach(NpgsqlConnectionStringBuilder builder, int seconds) => Math.Max(1, seconds / CountOf(builder));
}
