using System.Diagnostics.CodeAnalysis;

namespace Wingman;

/// <summary>Identifies a session, which is one meeting of a match.</summary>
/// <param name="Value">The UUID as clients and tables know it.</param>
[GenerateSerializer, Immutable, Alias("session-id")]
public readonly record struct SessionId([property: Id(0)] Guid Value) : IParsable<SessionId>
{
    /// <inheritdoc/>
    public static SessionId Parse(string s, IFormatProvider? provider) => new(Uuids.Parse(s));

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out SessionId result)
    {
        var isUuid = Uuids.TryParse(s, out var id);
        result = new(id);
        return isUuid;
    }

    /// <inheritdoc/>
    public override string ToString() => Value.ToString();
}

/// <summary>Identifies a user: the <c>sub</c> of their token.</summary>
/// <param name="Value">The UUID as clients and tables know it.</param>
[GenerateSerializer, Immutable, Alias("user-id")]
public readonly record struct UserId([property: Id(0)] Guid Value) : IParsable<UserId>
{
    /// <inheritdoc/>
    public static UserId Parse(string s, IFormatProvider? provider) => new(Uuids.Parse(s));

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out UserId result)
    {
        var isUuid = Uuids.TryParse(s, out var id);
        result = new(id);
        return isUuid;
    }

    /// <inheritdoc/>
    public override string ToString() => Value.ToString();
}

/// <summary>Identifies a match, which is a pair of users.</summary>
/// <param name="Value">The UUID as clients and tables know it.</param>
[GenerateSerializer, Immutable, Alias("match-id")]
public readonly record struct MatchId([property: Id(0)] Guid Value) : IParsable<MatchId>
{
    /// <inheritdoc/>
    public static MatchId Parse(string s, IFormatProvider? provider) => new(Uuids.Parse(s));

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out MatchId result)
    {
        var isUuid = Uuids.TryParse(s, out var id);
        result = new(id);
        return isUuid;
    }

    /// <inheritdoc/>
    public override string ToString() => Value.ToString();
}
