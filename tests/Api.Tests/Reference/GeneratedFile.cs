using Wingman.Testing;

namespace Wingman.Api.Tests.Reference;

/// <summary>A file of the repository that is generated from the code and checked in.</summary>
internal static class GeneratedFile
{
    /// <summary>Whether the run writes such files instead of failing where they differ.</summary>
    public static bool IsAccepted { get; } = Environment.GetEnvironmentVariable("WINGMAN_ACCEPT_OPENAPI") is not null;

    /// <summary>Fails where the file is not what is generated now, with the first line that differs.</summary>
    /// <param name="path">The file, relative to the root.</param>
    /// <param name="generated">What is generated now.</param>
    public static async Task CheckAsync(string path, string generated)
    {
        var file = Path.Combine(HostBinaries.Repository, path);
        if (IsAccepted) await File.WriteAllTextAsync(file, generated);

        var checkedIn = await File.ReadAllTextAsync(file);

        var (before, now) = (checkedIn.Split('\n'), generated.Split('\n'));
        var equal = before.Zip(now).TakeWhile(static lines => lines.First == lines.Second).Count();
        Assert.True(
            checkedIn == generated,
            $"""
            {path} is not what is generated now; line {equal + 1} differs:
            checked in: {before.ElementAtOrDefault(equal)}
            now:        {now.ElementAtOrDefault(equal)}
            If the change is intended, WINGMAN_ACCEPT_OPENAPI=1 ./wingman test Api.Tests CheckedIn rewrites it.
            """);
    }
}
