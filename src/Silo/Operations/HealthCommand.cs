using System.Net;

namespace Wingman.Silo.Operations;

/// <summary>
/// <c>Wingman.Silo health</c>, <c>Wingman.Api health</c>: asks the host that runs with the same settings whether it is ready. For
/// container images, which have neither a shell nor curl.
/// </summary>
public static class HealthCommand
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(3);

    /// <summary>Whether the command line asks for the health of a host instead of one.</summary>
    /// <param name="args">The command line.</param>
    public static bool Asks(string[] args) => args is ["health", ..];

    /// <summary>Asks <c>/health/ready</c> at the host's <c>Wingman:Operations:Url</c>.</summary>
    /// <param name="args">The command line; settings may follow the verb.</param>
    /// <returns>The process's exit code: 0 if the host is ready.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        var configuration = new ConfigurationBuilder().AddEnvironmentVariables().AddCommandLine(args[1..]).Build();
        var options = configuration.GetSection(OperationsOptions.Section).Get<OperationsOptions>() ?? new();
        var address = BindingAddress.Parse(options.Url);
        // A host that listens on every address is reached at the loopback one.
        var name = IPAddress.TryParse(address.Host, out var ip) && !ip.Equals(IPAddress.Any) && !ip.Equals(IPAddress.IPv6Any) ? address.Host : "localhost";
        using var client = new HttpClient { Timeout = Deadline };
        try
        {
            using var answer = await client.GetAsync(new Uri($"{address.Scheme}://{name}:{address.Port}/health/ready"));
            await Console.Out.WriteLineAsync(await answer.Content.ReadAsStringAsync());
            return answer.IsSuccessStatusCode ? 0 : 1;
        }
        catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException)
        {
            await Console.Error.WriteLineAsync($"No answer: {failure.Message}");
            return 1;
        }
    }
}
