using System.Diagnostics;

namespace Wingman.TwoBuddies;

/// <summary>
/// A token from <c>./wingman token</c>, which signs whatever it is asked to in Development. An application has its own sign-in here. The
/// token is kept until the service refuses it.
/// </summary>
internal sealed class DevelopmentToken(Guid user, string role)
{
    private string? _token;

    /// <summary>Gives the token.</summary>
    /// <param name="refused">The token that the service has just refused.</param>
    /// <param name="cancellation">The call's.</param>
    /// <exception cref="InvalidOperationException">The script failed; the message has what it printed.</exception>
    public async ValueTask<string> GetAsync(string? refused, CancellationToken cancellation)
    {
        if (_token is null || _token == refused)
            _token = await MakeAsync(cancellation);
        return _token;
    }

    private async Task<string> MakeAsync(CancellationToken cancellation)
    {
        var start = new ProcessStartInfo("bash", [Path.Combine(Repository(), "wingman"), "token", user.ToString(), "--role", role])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var script = Process.Start(start) ?? throw new InvalidOperationException("./wingman did not start.");
        var output = script.StandardOutput.ReadToEndAsync(cancellation);
        var errors = script.StandardError.ReadToEndAsync(cancellation);
        await script.WaitForExitAsync(cancellation);
        return script.ExitCode == 0 ? (await output).Trim() : throw new InvalidOperationException($"./wingman token failed: {await errors}");
    }

    private static string Repository()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "wingman")))
                return folder.FullName;
        }

        throw new InvalidOperationException("The sample runs outside the repository: it needs its script ./wingman for tokens.");
    }
}
