using System.Globalization;
using Wingman.Api.Tests.Host;
using Xunit.Abstractions;

namespace Wingman.Api.Tests.Fuzz;

/// <summary>
/// Requests generated from the API's description, right ones and every kind of wrong one, against the service with its silo and
/// its database. <c>./wingman fuzz</c> runs these with other seeds and counts.
/// </summary>
public sealed class FuzzTests(ITestOutputHelper output)
{
    private const int Pairs = 400;
    private const int LimitedCount = 1500;

    private static readonly int Number = Setting("WINGMAN_FUZZ_COUNT", 20_000);
    private static readonly int Seed = Setting("WINGMAN_FUZZ_SEED", 20_261_128);

    [Fact]
    public async Task Requests_ThatMustBeRefused_ChangeNoRow()
    {
        await using var api = await StartAsync();
        var (fuzzer, requests) = Generate(api, Pairs, areLimited: false);
        var before = await Rows.HashAsync(api.ConnectionString);

        var failures = await fuzzer.RunAsync(Number / 2, requests.Refused, mustBeRefused: true);

        Report(fuzzer, failures);
        Assert.Equal(before, await Rows.HashAsync(api.ConnectionString));
    }

    [Fact]
    public async Task Requests_OfEveryKind_AreAnsweredAsDescribed()
    {
        await using var api = await StartAsync();
        var (fuzzer, requests) = Generate(api, Pairs, areLimited: false);
        var before = await Rows.HashAsync(api.ConnectionString);

        var failures = await fuzzer.RunAsync(Number - (Number / 2), requests.Any, mustBeRefused: false);

        Report(fuzzer, failures);
        Assert.True(fuzzer.Count(200) > 0 && fuzzer.Count(422) > 0 && fuzzer.Count(409) > 0, "The generated requests reach too little.");
        // The hash changes when the service writes something.
        Assert.NotEqual(before, await Rows.HashAsync(api.ConnectionString));
    }

    [Fact]
    public async Task Requests_WhenUsersAreLimited_AreAnsweredAsDescribed()
    {
        await using var api = await StartAsync(("Wingman:Api:RequestsPerMinute", "60"), ("Wingman:Api:Burst", "5"), ("Wingman:Api:MissesPerMinute", "3"));
        // Few pairs, so that each user asks often.
        var (fuzzer, requests) = Generate(api, pairs: 5, areLimited: true);

        var failures = await fuzzer.RunAsync(LimitedCount, requests.Any, mustBeRefused: false);

        Report(fuzzer, failures);
        Assert.True(fuzzer.Count(429) > 0, "No request was limited.");
    }

    private static async Task<RunningApi> StartAsync(params (string, string)[] settings)
    {
        var api = await RunningApi.StartAsync(settings);
        await Rows.InsertAsync(api.ConnectionString, Enumerable.Range(0, Pairs).Select(static number => new NumberedPair(number)));
        return api;
    }

    private static (Fuzzer Fuzzer, Requests Requests) Generate(RunningApi api, int pairs, bool areLimited)
    {
        var callers = new Callers(api.Tokens);
        var fuzzer = new Fuzzer(api.Address, callers, new AnswerRules(areLimited))
        {
            ReadMemory = () => api.ReadGaugeAsync("dotnet_process_memory_working_set_bytes", CancellationToken.None),
        };
        return (fuzzer, new((ulong)Seed, pairs, callers.ForgedForms));
    }

    private static int Setting(string name, int value) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : value;

    private void Report(Fuzzer fuzzer, IReadOnlyList<string> failures)
    {
        output.WriteLine($"Seed {Seed}, {fuzzer.Total} of {Number} requests\n{fuzzer.Describe()}");
        Assert.True(failures.Count == 0, $"Seed {Seed}:\n{string.Join('\n', failures)}");
    }
}
