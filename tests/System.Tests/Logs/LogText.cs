using System.Text.Json;
using System.Text.RegularExpressions;
using Wingman.SystemTests.Clusters;
using Wingman.SystemTests.Operators;

namespace Wingman.SystemTests.Logs;

/// <summary>What a host wrote.</summary>
/// <param name="Text">Its output.</param>
/// <param name="IsJson">Whether its lines are JSON, as they are outside Development, or for people.</param>
internal sealed partial record LogText(string Text, bool IsJson)
{
    /// <summary>Fails unless the text is there.</summary>
    public void AssertShows(string text) => Assert.True(Text.Contains(text, StringComparison.Ordinal), $"'{text}' is not in:\n{Text}");

    /// <summary>Fails where an input has begun a line or left a control character, and where a secret is.</summary>
    public void AssertIsSafe()
    {
        Assert.All(Text.Split('\n', StringSplitOptions.RemoveEmptyEntries), AssertIsTheHosts);
        foreach (var secret in new[] { Canary.Secret, OperatedFixture.Secret, TestCluster.Secret, LoggedHost.WebhookSecret })
            Assert.DoesNotContain(secret, Text, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Fails where a text of an input is, escaped or not.</summary>
    public void AssertRepeatsNothing() => Assert.DoesNotContain(Canary.Word, Text, StringComparison.OrdinalIgnoreCase);

    private void AssertIsTheHosts(string line)
    {
        Assert.DoesNotContain(line, static letter => char.IsControl(letter) || letter is '\u2028' or '\u2029');
        if (IsJson) Assert.Equal(JsonValueKind.String, JsonSerializer.Deserialize<JsonElement>(line).GetProperty("Message").ValueKind);
        else Assert.Matches(BeginOfALine(), line);
    }

    [GeneratedRegex(@"^\d\d:\d\d:\d\d\.\d{3} (trce|dbug|info|warn|fail|crit): ")]
    private static partial Regex BeginOfALine();
}
