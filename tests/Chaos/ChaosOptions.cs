using System.Globalization;

namespace Wingman.Chaos;

/// <summary>Which processes make up the cluster.</summary>
internal enum Topology
{
    /// <summary>Two API hosts that are silos too.</summary>
    Cohosted,

    /// <summary>Three silo hosts and two API hosts that are Orleans clients.</summary>
    Split,
}

/// <summary>What Postgres runs on, and so how it can be brought down.</summary>
internal enum ServerKind
{
    /// <summary>A process on this machine.</summary>
    Process,

    /// <summary>A machine of its own, whose power is cut.</summary>
    Machine,

    /// <summary>A primary that is lost for good, and a synchronous standby.</summary>
    Replicated,
}

/// <summary>What a run is asked to do.</summary>
internal sealed record ChaosOptions
{
    public const string Usage = """
        chaos [--minutes N] [--seed S] [--topology cohosted|split] [--rate R] [--floor F] [--every SECONDS] [--only KIND,KIND] [--report FILE] [--logs DIRECTORY]

               [--power-cuts N | --failovers N]

          --power-cuts N Postgres on a kernel of its own (user-mode Linux), whose power is cut N times; no other faults
          --failovers N  a primary and a synchronous standby; the primary is lost, the standby promoted, N times; no other faults
                         Both end with a negative control: the check must find that commits which were not made durable are lost.
          --minutes N    how long faults are injected under load (default 3)
          --seed S       chooses users, scripts and faults (default: a new one, printed)
          --topology T   cohosted: two API hosts that are silos; split: three silos, two API hosts (default cohosted)
          --rate R       at most so many requests a second (default 600)
          --floor F      fail if fewer than F requests a second are answered outside of faults (default 100)
          --every S      a fault every S seconds (default 15)
          --only KINDS   only these faults, by name
          --report FILE  also write the report as JSON
          --logs DIR     keep what the hosts write there

        Exit code 0: every promise was kept. 1: a promise was broken. 2: unknown argument. 3: skipped, because this machine lacks what the
        run needs.
        """;

    public TimeSpan Duration { get; init; } = TimeSpan.FromMinutes(3);

    public int Seed { get; init; } = Random.Shared.Next(1, 1_000_000);

    public Topology Topology { get; init; } = Topology.Cohosted;

    public double Rate { get; init; } = 600;

    /// <summary>The least number of answers per second outside of faults and the time given to recover from them.</summary>
    public double Floor { get; init; } = 100;

    public TimeSpan Every { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Names of faults; empty for all.</summary>
    public IReadOnlyList<string> Only { get; init; } = [];

    /// <summary>What Postgres runs on.</summary>
    public ServerKind Server { get; init; }

    /// <summary>The number of faults after which the run ends; null: it ends by time.</summary>
    public int? Crashes { get; init; }

    public string? Report { get; init; }

    public string? Logs { get; init; }

    /// <summary>
    /// Whether the run judges how fast the service is. One that does not is for a machine that does other work at the same time. It asks for no
    /// rate and no time of recovery, it needs no fault to explain an answer that a time of the service was up (<see cref="Load.Call.IsOutOfTime"/>),
    /// and it waits longer before it calls anything too late (<see cref="Patience"/>). All else is judged as in any run: promises, wrong answers,
    /// and calls that get no answer. Since a client waits longer than any fault can delay an answer, a fault does not explain either that a call
    /// had none in all this time, except where the fault suspends the host.
    /// </summary>
    public bool JudgesSpeed { get; init; } = true;

    /// <summary>
    /// What is added to the time limits of the run: of clients, of hosts that start, stop, are declared dead or end themselves, of the sweeper, and
    /// of Postgres after its disk was full. With it, a client waits for more than a minute before it gives a call up. It is not added to the time
    /// for which a fault explains failures (<see cref="Faults.Fault.Grace"/>), nor to the limits of the servers for power cuts and failovers, whose
    /// runs always judge speed.
    /// </summary>
    public TimeSpan Patience => JudgesSpeed ? TimeSpan.Zero : TimeSpan.FromMinutes(1);

    /// <summary>
    /// How old an answer about a reputation may be while the load runs. Without <see cref="JudgesSpeed"/> it is 15 s. <see cref="Patience"/> is not
    /// added, since such a run lasts half a minute: with it, no answer would have to count any completion. The service itself counts again
    /// after 2 s (<c>Wingman:Reputation:MaxAge</c>), on a slow machine as well.
    /// </summary>
    public TimeSpan ReputationStaleness => JudgesSpeed ? Load.LoadContext.ReputationStaleness : TimeSpan.FromSeconds(15);

    /// <summary>Parallel scripts of the load.</summary>
    public int Workers { get; init; } = 24;

    /// <summary>Reads the command line.</summary>
    /// <exception cref="FormatException">An option is not known or has a wrong value; the message says which.</exception>
    public static ChaosOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new ChaosOptions();
        for (var i = 0; i < arguments.Count; i += 2)
        {
            var value = i + 1 < arguments.Count ? arguments[i + 1] : throw new FormatException($"{arguments[i]} needs a value.");
            options = arguments[i] switch
            {
                "--minutes" => options with { Duration = TimeSpan.FromMinutes(Number(value)) },
                "--seed" => options with { Seed = int.Parse(value, CultureInfo.InvariantCulture) },
                "--topology" => options with { Topology = TopologyOf(value) },
                "--rate" => options with { Rate = Number(value) },
                "--floor" => options with { Floor = Number(value) },
                "--every" => options with { Every = TimeSpan.FromSeconds(Number(value)) },
                "--only" => options with { Only = value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) },
                // A guest kernel gets only a part of one processor: it takes 10 s to boot, and each new connection is expensive for it.
                "--power-cuts" => Crashing(options with { Rate = 50, Floor = 5, Every = TimeSpan.FromSeconds(45) }, ServerKind.Machine, value),
                "--failovers" => Crashing(options with { Rate = 300, Floor = 50 }, ServerKind.Replicated, value),
                "--report" => options with { Report = value },
                "--logs" => options with { Logs = value },
                var unknown => throw new FormatException($"{unknown} is not an argument of this command."),
            };
        }

        return options;
    }

    private static ChaosOptions Crashing(ChaosOptions options, ServerKind server, string times) => options with
    {
        Server = server,
        Crashes = int.TryParse(times, CultureInfo.InvariantCulture, out var number) && number > 0 ? number : throw new FormatException($"'{times}' is not a number above 0."),
        Duration = TimeSpan.FromMinutes(2) * number,
    };

    private static double Number(string text) =>
        double.TryParse(text, CultureInfo.InvariantCulture, out var number) && number > 0 ? number : throw new FormatException($"'{text}' is not a number above 0.");

    private static Topology TopologyOf(string text) => text switch
    {
        "cohosted" => Topology.Cohosted,
        "split" => Topology.Split,
        _ => throw new FormatException($"'{text}' is not a topology: cohosted or split."),
    };
}
