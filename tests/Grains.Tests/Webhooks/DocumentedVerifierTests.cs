using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Wingman.Testing;
using Wingman.Webhooks;

namespace Wingman.Grains.Tests.Webhooks;

/// <summary>A test of an example in another language. Where the language is not installed the test is skipped, and says so.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ExampleFactAttribute : FactAttribute
{
    public ExampleFactAttribute(string program)
    {
        var places = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        if (!Array.Exists(places, place => File.Exists(Path.Combine(place, program)))) Skip = $"{program} is not installed.";
    }
}

/// <summary>A test that needs npm's standardwebhooks. Without it the test is skipped, and says so.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class PackageFactAttribute : FactAttribute
{
    public PackageFactAttribute()
    {
        if (!Directory.Exists(Path.Combine(HostBinaries.NpmPackages, "standardwebhooks")))
            Skip = "npm's standardwebhooks is not installed: run ./wingman test where Node.js with npm, and npm's registry, are there.";
    }
}

/// <summary>What docs/webhooks.md tells receivers to run, their own code or a library, accepts our messages, and nothing else.</summary>
public sealed class DocumentedVerifierTests
{
    private const string Id = "evt_1_742_9";
    private const string Body = """{"type":"session.completed","data":{"venue":"Café"}}""";

    private readonly string _secret = WebhookSignatureTests.NewSecret();
    private readonly string _next = WebhookSignatureTests.NewSecret();
    private readonly DateTimeOffset _now = TimeProvider.System.GetUtcNow();

    [ExampleFact("node")]
    public Task JavaScript_AcceptsOurMessages_AndNothingElse() => CheckAsync(
        "node",
        ".mjs",
        ExampleIn("js"),
        """
        const [secret, id, timestamp, signatures, body] = process.argv.slice(2);
        console.log(isGenuine(secret, { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signatures }, Buffer.from(body)));
        """);

    [ExampleFact("python3")]
    public Task Python_AcceptsOurMessages_AndNothingElse() => CheckAsync(
        "python3",
        ".py",
        ExampleIn("python"),
        """
        import sys
        secret, id, timestamp, signatures, body = sys.argv[1:]
        print(is_genuine(secret, {"webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signatures}, body.encode()))
        """);

    [PackageFact]
    public Task NpmsLibrary_AcceptsOurMessages_AndNothingElse() => CheckAsync(
        "node",
        ".mjs",
        $$"""
        import { createRequire } from "node:module";
        const { Webhook, WebhookVerificationError } = createRequire({{JsonSerializer.Serialize(HostBinaries.NpmPackages + "/")}})("standardwebhooks");
        """,
        """
        const [secret, id, timestamp, signatures, body] = process.argv.slice(2);
        try {
          new Webhook(secret).verify(body, { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signatures });
          console.log(true);
        } catch (error) {
          if (!(error instanceof WebhookVerificationError)) throw error;
          console.log(false);
        }
        """);

    private async Task CheckAsync(string program, string extension, string verifier, string use)
    {
        var script = Path.Combine(Path.GetTempPath(), $"wingman-{Guid.NewGuid():N}{extension}");
        await File.WriteAllTextAsync(script, $"{verifier}\n{use}\n");
        try
        {
            var both = SignatureOf(_now);
            Assert.True(await IsGenuineAsync(_secret, Id, _now, both, Body));
            Assert.True(await IsGenuineAsync(_next, Id, _now, both, Body));
            Assert.False(await IsGenuineAsync(WebhookSignatureTests.NewSecret(), Id, _now, both, Body));
            Assert.False(await IsGenuineAsync(_secret, "evt_1_742_8", _now, both, Body));
            Assert.False(await IsGenuineAsync(_secret, Id, _now, both, Body + " "));
            Assert.False(await IsGenuineAsync(_secret, Id, _now.AddMinutes(-10), SignatureOf(_now.AddMinutes(-10)), Body));
        }
        finally
        {
            File.Delete(script);
        }

        async Task<bool> IsGenuineAsync(string secret, string id, DateTimeOffset at, string signatures, string body) =>
            bool.Parse(await RunAsync(program, script, secret, id, WebhookSignature.TimestampOf(at), signatures, body));
    }

    private string SignatureOf(DateTimeOffset at) => WebhookSignature.Of([_secret, _next], Id, at, Encoding.UTF8.GetBytes(Body));

    private static string ExampleIn(string language)
    {
        var page = File.ReadAllText(Path.Combine(HostBinaries.Repository, "docs", "webhooks.md"));
        var start = page.IndexOf($"```{language}\n", StringComparison.Ordinal);
        Assert.True(start >= 0, $"docs/webhooks.md has no example in {language}.");
        return page[(page.IndexOf('\n', start) + 1)..page.IndexOf("\n```", start, StringComparison.Ordinal)];
    }

    private static async Task<string> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })
            ?? throw new InvalidOperationException($"{program} did not start.");
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        try
        {
            await process.WaitForExitAsync().WaitAsync(Eventually.Deadline);
        }
        finally
        {
            if (!process.HasExited) process.Kill();
        }

        Assert.True(process.ExitCode == 0, await errors);
        return await output;
    }
}
