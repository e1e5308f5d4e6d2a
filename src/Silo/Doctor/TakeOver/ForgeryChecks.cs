using Npgsql;
using Wingman.Silo.Schema;

namespace Wingman.Silo.Doctor.TakeOver;

/// <summary>Whether users can write to the product's tables through the REST layer, where no rule is checked.</summary>
internal sealed class ForgeryChecks : IDoctorCheck
{
    private const string Check = "forgery";

    public async Task<IReadOnlyList<Finding>> RunAsync(NpgsqlConnection connection)
    {
        var open = await connection.RowsAsync(Lockdown.OpenWrites);
        return open.Count == 0
            ? [new(Check, Severity.Ok, "No role of a REST layer may write to the product's tables.")]
            :
            [
                new(Check, Severity.Warning, "Through the REST layer a participant can set the buddy's flag, the status and the counters, and insert completed "
                    + $"sessions and accepted matches: {string.Join(", ", open.Select(static row => $"{row[0]} may {row[2]} on {row[1]}"))}. As the tables' owner:")
                {
                    Command = "./wingman schema lockdown --apply",
                },
            ];
    }
}
