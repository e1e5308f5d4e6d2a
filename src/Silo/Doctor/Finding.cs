using System.Text.Json.Serialization;

namespace Wingman.Silo.Doctor;

/// <summary>How bad it is.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Severity>))]
internal enum Severity
{
    /// <summary>As it should be.</summary>
    [JsonStringEnumMemberName("ok")]
    Ok,

    /// <summary>Wingman works; an operator should know or decide.</summary>
    [JsonStringEnumMemberName("warning")]
    Warning,

    /// <summary>Wingman does not start, fails some calls, or is slow until this is corrected.</summary>
    [JsonStringEnumMemberName("problem")]
    Problem,
}

/// <summary>How one user's score changes with the take-over.</summary>
/// <param name="User">The user.</param>
/// <param name="Legacy">The score as it is, which Legacy counting keeps.</param>
/// <param name="Fair">The score under Fair counting.</param>
internal sealed record ScoreChange(string User, int Legacy, int Fair);

/// <summary>What a check found.</summary>
/// <param name="Check">The check's name, the same in every version.</param>
/// <param name="Severity">How bad it is.</param>
/// <param name="Message">For people: what it is and what it means.</param>
internal sealed record Finding(string Check, Severity Severity, string Message)
{
    /// <summary>How to correct it: SQL, or a command line.</summary>
    public string? Command { get; init; }

    /// <summary>How many rows or users it concerns.</summary>
    public long? Count { get; init; }

    /// <summary>The ids of some of them.</summary>
    public IReadOnlyList<string>? Examples { get; init; }

    /// <summary>The users whose score changes, all of them; in the JSON form only.</summary>
    public IReadOnlyList<ScoreChange>? Scores { get; init; }
}
