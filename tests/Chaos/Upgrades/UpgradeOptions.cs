using System.Globalization;

namespace Wingman.Chaos.Upgrades;

/// <summary>What an upgrade run is asked to do.</summary>
/// <param name="Last">The assembly of the API host of the last version.</param>
/// <param name="Next">The assembly of the API host of the next version.</param>
internal sealed record UpgradeOptions(string Last, string Next)
{
    public const string Usage = """
        upgrade --last ASSEMBLY --next ASSEMBLY [--rate R] [--dwell SECONDS]

        Three hosts of the last version under load are replaced by the next one, one after the other, and back. No request may fail.

          --last, --next  the built Wingman.Api.dll of either version
          --rate R        requests a second (default 300)
          --dwell S       how long the cluster stays as it is after each host (default 8)
        """;

    /// <summary>Requests a second.</summary>
    public double Rate { get; init; } = 300;

    /// <summary>How long the cluster stays as it is after each host.</summary>
    public TimeSpan Dwell { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>Reads the command line.</summary>
    /// <exception cref="FormatException">An option is not known or has a wrong value; the message says which.</exception>
    public static UpgradeOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new UpgradeOptions("", "");
        for (var i = 0; i < arguments.Count; i += 2)
        {
            var value = i + 1 < arguments.Count ? arguments[i + 1] : throw new FormatException($"{arguments[i]} needs a value.");
            options = arguments[i] switch
            {
                "--last" => options with { Last = Path.GetFullPath(value) },
                "--next" => options with { Next = Path.GetFullPath(value) },
                "--rate" => options with { Rate = Number(value) },
                "--dwell" => options with { Dwell = TimeSpan.FromSeconds(Number(value)) },
                var unknown => throw new FormatException($"{unknown} is not an argument of this command."),
            };
        }

        return File.Exists(options.Last) && File.Exists(options.Next) ? options : throw new FormatException("Which versions? Both assemblies must exist.");
    }

    private static double Number(string text) =>
        double.TryParse(text, CultureInfo.InvariantCulture, out var number) && number > 0 ? number : throw new FormatException($"'{text}' is not a number above 0.");
}
