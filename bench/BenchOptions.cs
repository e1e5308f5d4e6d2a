using System.Globalization;
using Wingman.Bench.Database;
using Wingman.Bench.Scenarios;
using DamageKinds = Wingman.Bench.Database.Damage;

namespace Wingman.Bench;

/// <summary>The options of the command line.</summary>
internal sealed record BenchOptions
{
    public const string Help =
        """
        wingman bench [options]   measures Wingman beside plain SQL, the stock storage and memory, on this machine
          --rounds N              rounds; ratios are taken within a round (default 5; quick 1)
          --scenario a,b,...      only these: generator, confirm, product, one-user, remote, open-loop, tokens, tokens-new, cost, overload,
                                  locked-rows, traces, dashboard, connections, reputation, large-user, stored-10k, stored-many,
                                  memory, streams, live
                                  (default all; quick: confirm, product, one-user, open-loop)
          --tables fresh|product  runs all scenarios on Wingman's own tables, or on the product's with all their indexes
                                  (default: each scenario's own; only "product" is on the product's)
          --system a,b,...        only these: wingman, traced, exported, split, stock, memory, peer, peer-statement, dashboard,
                                  dashboard-open
                                  (default all; quick: wingman, peer)
          --quick                 a rough measurement in less than three minutes instead of about an hour
          --warm-up SECONDS       how long a new process is exercised before it is measured (default 8; quick 4)
          --no-build              uses the existing Release builds
          --pool N                how many database connections a system may open (default 64; remote 15)
          --postgres NAME=VALUE   a further setting of the server, for analysis; may be given several times
          --before FILE           the results.json of an earlier version, measured on this machine shortly before: what a
                                  completing confirmation costs Postgres is compared with it
          --damage KIND           damages the result of each run before its check, to see that the check finds it:
                                  lost-confirmation, lost-completion, lost-event, doubled-event, doubled-count,
                                  lost-credit (peers), lost-state (stock) or wrong-reputation; every run must fail
          --out DIR               where the report is written (default bench/results/<time>)
        """;

    private static readonly string[] QuickScenarios = ["confirm", "product", "one-user", "open-loop"];
    private static readonly string[] QuickSystems = ["wingman", "peer"];

    public int Rounds { get; private init; } = 5;

    public BenchScale Scale { get; private init; } = BenchScale.Full;

    public bool IsQuick { get; private init; }

    public bool Builds { get; private init; } = true;

    public string? Output { get; private init; }

    public string? Damage { get; private init; }

    /// <summary>Whose tables all scenarios work on; null: each scenario's own.</summary>
    public Tables? Tables { get; private init; }

    /// <summary>How many database connections a system may open; null: each scenario's own number.</summary>
    public int? PoolSize { get; private init; }

    /// <summary>The results of an earlier version.</summary>
    public string? Before { get; private init; }

    /// <summary>Further settings of the database server.</summary>
    public IReadOnlyDictionary<string, string> PostgresSettings { get; private init; } = new Dictionary<string, string>();

    /// <summary>Names; empty: all.</summary>
    public IReadOnlyList<string> Scenarios { get; private init; } = [];

    /// <summary>Names; empty: all.</summary>
    public IReadOnlyList<string> Systems { get; private init; } = [];

    /// <exception cref="FormatException">An option that does not exist or has no proper value.</exception>
    public static BenchOptions Parse(string[] arguments)
    {
        var options = new BenchOptions();
        if (arguments.Contains("--quick"))
            options = options with { IsQuick = true, Rounds = 1, Scale = BenchScale.Quick, Scenarios = QuickScenarios, Systems = QuickSystems };
        for (var i = 0; i < arguments.Length; i++)
        {
            options = arguments[i] switch
            {
                "--quick" => options,
                "--no-build" => options with { Builds = false },
                "--rounds" when int.TryParse(Value(), CultureInfo.InvariantCulture, out var rounds) && rounds > 0 => options with { Rounds = rounds },
                "--warm-up" when double.TryParse(Value(), CultureInfo.InvariantCulture, out var seconds) && seconds >= 0 =>
                    options with { Scale = options.Scale with { WarmUp = TimeSpan.FromSeconds(seconds) } },
                "--tables" when Enum.TryParse<Tables>(Value(), ignoreCase: true, out var tables) => options with { Tables = tables },
                "--before" => options with { Before = Value() },
                "--pool" when int.TryParse(Value(), CultureInfo.InvariantCulture, out var pool) && pool > 0 => options with { PoolSize = pool },
                "--scenario" => options with { Scenarios = Names() },
                "--system" => options with { Systems = Names() },
                "--postgres" when Value().Split('=', 2) is [var name, var value] =>
                    options with { PostgresSettings = new Dictionary<string, string>(options.PostgresSettings) { [name] = value } },
                "--damage" when Value() is var kind && DamageKinds.Names.Contains(kind) => options with { Damage = kind },
                "--out" => options with { Output = Value() },
                var unknown => throw new FormatException($"'{unknown}' is not an option, or its value is invalid.\n{Help}"),
            };

            string Value() => ++i < arguments.Length ? arguments[i] : throw new FormatException($"{arguments[i - 1]} needs a value.\n{Help}");
            string[] Names() => Value().Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        }

        return options;
    }
}
