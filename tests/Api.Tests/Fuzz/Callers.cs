using Wingman.Testing;

namespace Wingman.Api.Tests.Fuzz;

/// <summary>Who sends a request.</summary>
public enum CallerKind
{
    /// <summary>No token.</summary>
    Nobody,

    /// <summary>A signed-in user without matches.</summary>
    Stranger,

    /// <summary>The first user of the session's match.</summary>
    User1,

    /// <summary>The second user of the session's match.</summary>
    User2,

    /// <summary>The product's own backend.</summary>
    Service,

    /// <summary>A token of an anonymous sign-in.</summary>
    Anonymous,

    /// <summary>A token of the first user that was valid an hour ago.</summary>
    Expired,

    /// <summary>Something else that is no valid token.</summary>
    Forged,
}

/// <summary>The <c>Authorization</c> headers of callers, signed once each.</summary>
internal sealed class Callers(TestTokens tokens)
{
    private readonly System.Collections.Concurrent.ConcurrentDictionary<(CallerKind, Guid), string?> _headers = new();
    private readonly string[] _forged = [.. Forge(tokens)];

    /// <summary>How many forms of forged tokens there are.</summary>
    public int ForgedForms => _forged.Length;

    /// <summary>The header's value; null for none.</summary>
    public string? HeaderOf(CallerKind kind, Guid user, int form = 0) =>
        kind == CallerKind.Forged ? _forged[form] : _headers.GetOrAdd((kind, user), key => Make(key.Item1, key.Item2));

    private string? Make(CallerKind kind, Guid user) => kind switch
    {
        CallerKind.Nobody => null,
        CallerKind.Service => "Bearer " + tokens.ForService(TimeSpan.FromDays(2)),
        CallerKind.Anonymous => "Bearer " + tokens.Sign(tokens.Claims(null, ("sub", user), ("role", "authenticated"), ("is_anonymous", true))),
        CallerKind.Expired => "Bearer " + tokens.ForUser(user, TimeSpan.FromHours(-1)),
        _ => "Bearer " + tokens.ForUser(user, TimeSpan.FromDays(2)),
    };

    private static IEnumerable<string> Forge(TestTokens tokens)
    {
        var good = tokens.ForUser(Guid.NewGuid());
        using var others = TestTokens.WithSharedSecret("another secret of more than thirty-two bytes");
        string[] parts = good.Split('.');
        yield return "Bearer " + others.ForService();
        yield return "Bearer " + string.Join('.', parts[0], parts[1], "");
        yield return "Bearer " + string.Join('.', "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0", parts[1], "");
        yield return "Bearer " + good[..^2];
        yield return "Bearer " + good + "." + parts[2];
        yield return "Bearer " + new string('A', 8000);
        yield return "Bearer ";
        yield return "Bearer";
        yield return "Bearer ..";
        yield return "Bearer \u00ff\u00fe";
        yield return "Basic dXNlcjpwYXNzd29yZA==";
        yield return good;
        foreach (object? subject in new object?[] { null, "", "x", Guid.Empty, 1, new[] { Guid.NewGuid() } })
            yield return "Bearer " + tokens.Sign(tokens.Claims(null, ("sub", subject), ("role", "authenticated")));
        foreach (object? role in new object?[] { null, "", "anon", "SERVICE_ROLE", new[] { "service_role" }, true })
            yield return "Bearer " + tokens.Sign(tokens.Claims(null, ("sub", Guid.NewGuid()), ("role", role)));
        foreach (object? expiry in new object?[] { null, "soon", -1, 1e300, double.MaxValue, long.MaxValue })
            yield return "Bearer " + tokens.Sign(tokens.Claims(null, ("sub", Guid.NewGuid()), ("role", "service_role"), ("exp", expiry)));
        foreach (var (name, value) in new[] { ("iss", "https://elsewhere.test"), ("aud", "elsewhere"), ("iss", ""), ("aud", "") })
            yield return "Bearer " + tokens.Sign(tokens.Claims(null, ("sub", Guid.NewGuid()), ("role", "service_role"), (name, value)));
    }
}
