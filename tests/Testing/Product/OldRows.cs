using Npgsql;

namespace Wingman.Testing.Product;

/// <summary>The two flags of a session.</summary>
internal sealed record OldFlags(bool? User1, bool? User2)
{
    /// <summary>
    /// Both, as the result of Python's <c>and</c>: null if the deciding flag is null. The answer's model requires a boolean, so such a
    /// request ends in a 500, after its write.
    /// </summary>
    public bool? Both => User1 == true ? User2 : User1;

    public static OldFlags Read(NpgsqlDataReader row, int column = 0) => new(row.Nullable<bool>(column), row.Nullable<bool>(column + 1));
}

/// <summary>A session as the old backend reads it.</summary>
internal sealed record OldSession(Guid Match, Guid User1, Guid User2, string? Status, DateTimeOffset? ScheduledAt, OldFlags Flags)
{
    public bool HasParticipant(Guid user) => user == User1 || user == User2;

    public static OldSession Read(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetGuid(1), row.GetGuid(2), row.Text(3), row.Nullable<DateTimeOffset>(4), OldFlags.Read(row, 5));
}

/// <summary>A match as the old backend reads it.</summary>
internal sealed record OldMatch(Guid User1, Guid User2, string? Status)
{
    public static OldMatch Read(NpgsqlDataReader row) => new(row.GetGuid(0), row.GetGuid(1), row.Text(2));
}

/// <summary>A match's counters.</summary>
internal sealed record OldCounters(int? User1, int? User2)
{
    public static OldCounters Read(NpgsqlDataReader row) => new(row.Nullable<int>(0), row.Nullable<int>(1));
}

/// <summary>Columns that may be null.</summary>
internal static class NullableColumns
{
    public static string? Text(this NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    public static T? Nullable<T>(this NpgsqlDataReader row, int column) where T : struct =>
        row.IsDBNull(column) ? null : row.GetFieldValue<T>(column);
}
