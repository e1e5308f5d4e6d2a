using System.Diagnostics;
using Wingman.Testing;

namespace Wingman.Api.Tests.Documentation;

/// <summary>A test that needs the linter. Without it the test is skipped, and says so.</summary>
internal sealed class LintFactAttribute : FactAttribute
{
    public static readonly string Linter = Path.Combine(HostBinaries.NpmPackages, "@redocly", "cli", "bin", "cli.js");

    public LintFactAttribute()
    {
        if (!File.Exists(Linter)) Skip = "@redocly/cli is not installed: run ./wingman test where Node.js with npm, and npm's registry, are there.";
    }
}

/// <summary>docs/openapi.json follows the rules of redocly.yaml, which is beside this file.</summary>
public sealed class LintTests
{
    private static readonly string Description = Path.Combine(HostBinaries.Repository, "docs", "openapi.json");

    [LintFact]
    public async Task Description_KeepsAllRules()
    {
        var (exitCode, said) = await LintAsync(Description);

        Assert.True(exitCode == 0, said);
    }

    [LintFact]
    public async Task Description_WithoutAnOperationId_IsFound()
    {
        var defective = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.json");
        try
        {
            await File.WriteAllTextAsync(defective, (await File.ReadAllTextAsync(Description)).Replace("\"operationId\": \"cancel-session\",", "", StringComparison.Ordinal));

            var (exitCode, said) = await LintAsync(defective);

            Assert.Equal(1, exitCode);
            Assert.Contains("operation-operationId", said, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(defective);
        }
    }

    private static async Task<(int ExitCode, string Said)> LintAsync(string document)
    {
        var rules = Path.Combine(HostBinaries.Repository, "tests", "Api.Tests", "Documentation", "redocly.yaml");
        var start = new ProcessStartInfo("node", [LintFactAttribute.Linter, "lint", "--config", rules, "--format=stylish", document])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        start.Environment["REDOCLY_TELEMETRY"] = "off";
        start.Environment["REDOCLY_SUPPRESS_UPDATE_NOTICE"] = "true";
        using var linter = Process.Start(start) ?? throw new InvalidOperationException("node did not start.");
        linter.StandardInput.Close();
        var output = linter.StandardOutput.ReadToEndAsync();
        var errors = linter.StandardError.ReadToEndAsync();
        try
        {
            await linter.WaitForExitAsync().WaitAsync(Eventually.Deadline);
        }
        finally
        {
            if (!linter.HasExited) linter.Kill();
        }

        return (linter.ExitCode, await output + await errors);
    }
}
