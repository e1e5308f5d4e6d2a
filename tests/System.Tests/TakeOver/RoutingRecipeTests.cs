using System.Text.Json;
using System.Text.RegularExpressions;
using Wingman.SystemTests.Repository;

namespace Wingman.SystemTests.TakeOver;

/// <summary>The routing recipes of docs/existing-database.md send each path to the same side, whichever proxy is used.</summary>
public sealed partial class RoutingRecipeTests
{
    private const string Id = "6f1b9d52-7c1c-4a4e-9a58-0c9a3c5d2e11";

    public static TheoryData<string, bool> Paths => new()
    {
        { "/api/session/confirm-completion", true },
        { "/api/session/create", true },
        { $"/api/session/{Id}", true },
        { $"/api/session/{Id}/confirm", true },
        { $"/api/session/{Id}/notes", true },
        { $"/api/session/{Id}/cancel", true },
        // Needs a proxy that does not buffer, so the recipes leave it out, and the page says so.
        { $"/api/session/{Id}/events", false },
        { $"/api/user/reputation/{Id}", true },
        { "/api/user/reputation/nonsense", true },
        { $"/api/user/reputation/{Id}/history", true },
        { $"/api/user/reputation/cache/invalidate/{Id}", true },
        { "/api/user/reputation/cache/invalidate-all", true },
        { $"/api/session/{Id}/something-of-the-products", false },
        { "/api/session/list", false },
        // The product's backend, which alone may call it, calls Wingman directly.
        { $"/api/match/{Id}", false },
        // Shows whom Wingman's own settings accept, so it is asked of Wingman directly.
        { "/api/caller", false },
        { "/api/user/profile", false },
        { "/api/chat/messages", false },
        { "/health", false },
    };

    [Fact]
    public void EveryPathOfTheDescription_HasARow()
    {
        using var description = JsonDocument.Parse(RepositoryFiles.Read("docs/openapi.json"));
        var rows = Paths.Select(static row => (string)row[0]);

        var without = description.RootElement.GetProperty("paths").EnumerateObject().Select(static path => Placeholder().Replace(path.Name, Id)).Except(rows).ToList();

        Assert.True(without.Count == 0, $"No row says whether the recipes send it to Wingman: {string.Join(", ", without)}.");
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void Nginx(string path, bool isOurs) => Assert.Equal(isOurs, NginxSends(path));

    [Theory]
    [MemberData(nameof(Paths))]
    public void Caddy(string path, bool isOurs)
    {
        var matcher = CaddyMatcher().Match(Assert.Single(Documentation.Blocks("caddy"))).Groups[1].Value;
        Assert.Equal(isOurs, Regex.IsMatch(path, matcher));
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void Vercel(string path, bool isOurs)
    {
        var rules = JsonSerializer.Deserialize<JsonElement>(Assert.Single(Documentation.Blocks("json"))).GetProperty("rewrites").EnumerateArray();
        // The first rule that matches. A path that no rule matches belongs to the web app.
        var rule = rules.FirstOrDefault(rule => Regex.IsMatch(path, VercelPattern(rule.GetProperty("source").GetString()!)));
        Assert.Equal(isOurs, rule.ValueKind == JsonValueKind.Object && rule.GetProperty("destination").GetString()!.StartsWith("https://wingman.", StringComparison.Ordinal));
    }

    /// <summary>As nginx chooses: an exact location, then the longest prefix if it says so (<c>^~</c>), then the first expression, then the prefix.</summary>
    private static bool NginxSends(string path)
    {
        var recipe = Assert.Single(Documentation.Blocks("nginx"));
        var locations = NginxLocation().Matches(recipe)
            .Select(static location => (Kind: location.Groups[1].Value, Pattern: location.Groups[2].Value, IsOurs: location.Groups[3].Value == "wingman"))
            .ToList();
        Assert.True(recipe.Split("location ").Length - 1 == locations.Count, "The recipe has a location that this test cannot read.");
        foreach (var exact in locations.Where(location => location.Kind == "=" && location.Pattern == path)) return exact.IsOurs;

        var prefix = locations.Where(location => location.Kind is "" or "^~" && path.StartsWith(location.Pattern, StringComparison.Ordinal)).MaxBy(static location => location.Pattern.Length);
        if (prefix.Kind == "^~") return prefix.IsOurs;

        foreach (var expression in locations.Where(location => location.Kind == "~" && Regex.IsMatch(path, location.Pattern))) return expression.IsOurs;
        return prefix.IsOurs;
    }

    /// <summary>A path pattern as an expression: <c>:name(expression)</c> is that expression, <c>:name*</c> any number of parts.</summary>
    private static string VercelPattern(string source) => $"^{PathParameter().Replace(source, static parameter =>
        parameter.Groups[1].Success ? $"(?:{parameter.Groups[1].Value})" : ".*")}$";

    [GeneratedRegex("{[^}]*}")]
    private static partial Regex Placeholder();

    [GeneratedRegex(@"path_regexp (\S+)")]
    private static partial Regex CaddyMatcher();

    [GeneratedRegex(@"^\s*location (=|\^~|~|) ?(\S+)\s+\{ proxy_pass http://(\w+); \}$", RegexOptions.Multiline)]
    private static partial Regex NginxLocation();

    [GeneratedRegex(@":\w+(?:\(([^)]*)\)|\*)")]
    private static partial Regex PathParameter();
}
