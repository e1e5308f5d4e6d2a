using Npgsql;
using Wingman.Silo.Operations;

namespace Wingman.Silo.Doctor.Running;

/// <summary>Whether this machine's clock and the database's agree.</summary>
/// <param name="clock">This machine's clock.</param>
internal sealed class ClockChecks(TimeProvider clock) : IDoctorCheck
{
    /// <summary>The check's name.</summary>
    public const string Name = "clock";

    private static readonly TimeSpan Noticeable = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Wrong = TimeSpan.FromMinutes(1);

    public async Task<IReadOnlyList<Finding>> RunAsync(NpgsqlConnection connection)
    {
        await using var ask = new NpgsqlCommand { Connection = connection };
        var skew = (await ClockOffset.MeasureAsync(ask, clock, CancellationToken.None)).Duration();
        var text = $"The database's clock and this machine's differ by {skew.TotalSeconds:0.0} seconds";
        return
        [
            skew < Noticeable ? new(Name, Severity.Ok, $"{text}.")
                : new(Name, skew < Wrong ? Severity.Warning : Severity.Problem, $"{text}. Hosts use their own clock for the times of confirmations, and for when confirming begins: synchronize all machines with one time server."),
        ];
    }
}
