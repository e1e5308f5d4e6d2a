using Wingman.Chaos;
using Wingman.Chaos.Upgrades;

if (args is ["--help"] or ["-h"] or ["help"])
{
    Console.WriteLine(ChaosOptions.Usage);
    return 0;
}

using var interrupted = new CancellationTokenSource();
Console.CancelKeyPress += (_, press) =>
{
    press.Cancel = true;
    interrupted.Cancel();
};

try
{
    if (args is ["upgrade", ..])
    {
        var upgrade = await UpgradeRun.RunAsync(UpgradeOptions.Parse(args[1..]), Console.Out, interrupted.Token);
        Console.WriteLine(upgrade);
        return upgrade.Failures.Count == 0 ? 0 : 1;
    }

    var options = ChaosOptions.Parse(args);
    var report = await ChaosRun.RunAsync(options, Console.Out, interrupted.Token);
    Console.WriteLine();
    Console.WriteLine(report);
    if (options.Report is { } file) await File.WriteAllTextAsync(file, report.ToJson());
    return report.IsClean ? 0 : 1;
}
catch (FormatException wrong)
{
    Console.Error.WriteLine(wrong.Message);
    Console.Error.WriteLine(ChaosOptions.Usage);
    return 2;
}
catch (MissingToolException missing)
{
    Console.Error.WriteLine($"SKIPPED, AND NOTHING WAS SHOWN: {missing.Message}");
    return 3;
}
catch (OperationCanceledException) when (interrupted.IsCancellationRequested)
{
    Console.Error.WriteLine("Interrupted; nothing was concluded.");
    return 130;
}
