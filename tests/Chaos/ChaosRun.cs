using Wingman.Chaos.Checking;
using Wingman.Chaos.Cluster;
using Wingman.Chaos.Explanations;
using Wingman.Chaos.Faults;
using Wingman.Chaos.Load;
using Wingman.Chaos.Reporting;
using Wingman.Testing.Checking;

namespace Wingman.Chaos;

/// <summary>One run: a cluster, load, faults, and everything checked.</summary>
internal static class ChaosRun
{
    private const int Users = 200;

    /// <summary>Users of the sessions that the old backend confirms too. Clients cannot know when such a session counts.</summary>
    private const int SharedUsers = 20;

    /// <summary>Parallel sessions that operators repair and that other programs write to.</summary>
    private const int Cases = 4;

    /// <summary>Parallel sessions that the old backend confirms too.</summary>
    private const int SharedWorkers = 3;

    public static async Task<ChaosReport> RunAsync(ChaosOptions options, TextWriter output, CancellationToken cancellation)
    {
        var asked = FaultKinds.For(options);
        var view = new LiveView(output);
        var violations = new Violations(violation => view.Say($"VIOLATION {violation}"));
        var skipped = await FaultKinds.ImpossibleAsync(asked, cancellation);
        foreach (var (kind, reason) in skipped) view.Say($"SKIPPED: {kind}: {reason}");
        List<Fault> kinds = [.. asked.Where(kind => !skipped.ContainsKey(kind.Name))];
        if (kinds.Count == 0) throw new MissingToolException($"none of the faults is possible: {string.Join("; ", skipped.Values)}");
        view.Say($"seed {options.Seed}, topology {options.Topology.ToString().ToLowerInvariant()}, {(options.Crashes is { } crashes ? $"{crashes} times {kinds[0].Name}" : $"{options.Duration.TotalMinutes:0.##} minutes")}; starting Postgres and the hosts");

        await using var cluster = await ChaosCluster.StartAsync(
            await StartServerAsync(options.Server, kinds, cancellation), options, kinds.Exists(static kind => kind is JumpClock), violations, cancellation);
        view.Say($"ready: {string.Join(", ", cluster.Hosts.Select(static host => $"{host} {host.Process.Address}"))}");

        var faults = new FaultLog();
        var journal = new LoadJournal(faults);
        var clock = new WallClock(TimeProvider.System);
        var (eventful, cases) = (new EventfulSessions(ExplanationReview.Most), new EventfulSessions(ExplanationReview.Most));
        var histories = new HistoryBook(violations, clock, eventful);
        var population = new Population(options.Seed, Users);
        var sharing = new Population(~options.Seed, SharedUsers);
        var seeder = new Seeder(cluster.Database, population, histories, options.Seed);
        var shared = new SharedSessions();
        var inspector = new Inspector(cluster.Database, histories, shared, violations, Inspector.SweeperTime + options.Patience);
        await using var old = await cluster.Database.CreateOldBackendAsync(cancellation);
        using var operators = new OperatorCalls(cluster.Hosts, journal.Observe, options.Patience, faults.IsSuspended);
        await operators.SignInAsync(cancellation);
        await using var description = new DescriptionCheck(violations, comparesAll: !options.JudgesSpeed);
        using var client = new LoadClient(cluster.Entries, cluster.Tokens, journal.Observe, description.Take, options.Patience, faults.IsSuspended);
        var context = new LoadContext(client, journal, faults, new ReputationBounds(), histories, violations, new Pacer(options.Rate), options);

        using var stopLoad = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var abandonLoad = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var stopRest = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task[] background =
        [
            cluster.SuperviseAsync(stopRest.Token),
            clock.RunAsync(stopRest.Token),
            seeder.RunAsync(stopLoad.Token),
            inspector.RunAsync(stopLoad.Token),
            view.RunAsync(journal, histories, violations, stopLoad.Token),
        ];
        var load = Enumerable.Range(0, options.Workers)
            .Select(n => new Worker(context, population, seeder, new Random(unchecked((options.Seed * 1_000) + n)), abandonLoad.Token).RunAsync(stopLoad.Token))
            .Concat(Enumerable.Range(0, SharedWorkers)
                .Select(n => new TakeOver(context, cluster.Database, old, sharing, shared, new Random(~options.Seed - n), abandonLoad.Token).RunAsync(stopLoad.Token)))
            .Concat(Enumerable.Range(0, Cases)
                .Select(n => new SupportCases(context, cluster.Database, operators, sharing, cases, shared, new Random(options.Seed ^ (n + 1)), abandonLoad.Token).RunAsync(stopLoad.Token)))
            .ToList();
        var seconds = journal.Elapsed;
        try
        {
            var injector = new FaultInjector(cluster, kinds, faults, options.Seed, options.Every, view.Say);
            var injection = injector.RunAsync(options.Duration, options.Crashes, cancellation);
            // After the last of a number of faults the load goes on for as long as recovery may take.
            await Task.WhenAll(injection, options.Crashes is null ? Task.Delay(options.Duration, cancellation) : AfterAsync(injection, options.Every, cancellation));
            await stopLoad.CancelAsync();
            await Task.WhenAll(load);
            seconds = journal.Elapsed;
            view.Say("load ended; checking everything");
            await cluster.WaitUntilReadyAsync(cancellation);
            var everything = await inspector.FinishAsync(cancellation);
            violations.AddRange(await ReputationCheck.CheckAsync(client, [.. population.Users, .. sharing.Users], everything, cancellation));
            await description.FinishAsync();
            var sharedRecords = shared.All.Select(static session => session.ToRecord()).OrderByDescending(static record => record.Eventfulness).Take(ExplanationReview.Most).ToList();
            var silos = cluster.Hosts.Where(static host => host.IsSilo).Select(static host => host.NameInLog).ToHashSet();
            var explanations = await new ExplanationReview(operators, new RecordedTimes(clock, faults), silos, violations).RunAsync([cases.All, sharedRecords, eventful.All], everything, cancellation);
            view.Say($"explained: {explanations}");
            var control = options.Crashes is null ? null : await NegativeControl.RunAsync(cluster.Database, violations, cancellation);
            if (control is not null) view.Say(control.ToString());
            return Report(everything, explanations, control);
        }
        finally
        {
            await stopLoad.CancelAsync();
            await stopRest.CancelAsync();
            await abandonLoad.CancelAsync();
            await Task.WhenAll([.. background, .. load.Select(static worker => worker.ContinueWith(static _ => { }, TaskScheduler.Default))]);
        }

        ChaosReport Report(DatabaseSnapshot everything, ExplanationResults explanations, NegativeControl? control)
        {
            var recoveries = Recovery.Of(faults.All, journal.Interruptions);
            var (answers, time) = journal.OutsideFaults();
            return new ChaosReport
            {
                Seed = options.Seed,
                Topology = options.Topology.ToString().ToLowerInvariant(),
                Seconds = Math.Round(seconds.TotalSeconds, 1),
                Operations = journal.Answered,
                RateOutsideFaults = time > TimeSpan.Zero ? Math.Round(answers / time.TotalSeconds, 1) : 0,
                JudgesSpeed = options.JudgesSpeed,
                Floor = options.Floor,
                SecondsOutsideFaults = Math.Round(time.TotalSeconds, 1),
                FiveHundreds = journal.FiveHundreds,
                Unanswered = journal.Lost,
                OutOfTime = journal.OutOfTime(),
                HistoriesChecked = histories.CheckedCount,
                OperationsInHistories = histories.CheckedOperations,
                SharedSessions = shared.All.Count,
                AnswersCompared = description.Compared,
                Snapshots = inspector.Samples,
                SessionsAtEnd = everything.Sessions.Count,
                LogLinesAtEnd = everything.Events.Count,
                Faults = ChaosReport.ByKind(recoveries),
                RecoveryFromStart = Spread.Of(recoveries.Select(static recovery => recovery.FromStart)),
                RecoveryFromHeal = Spread.Of(recoveries.Select(static recovery => recovery.FromHeal)),
                Skipped = [.. skipped.Select(static kind => $"{kind.Key}: {kind.Value}")],
                Explanations = explanations,
                Control = control,
                Unexplained = ChaosReport.Describe(journal.Unexplained(options.JudgesSpeed)),
                Violations = [.. violations.All.Select(static violation => violation.ToString())],
            };
        }
    }

    private static async Task<IChaosServer> StartServerAsync(ServerKind kind, IReadOnlyList<Fault> faults, CancellationToken cancellation) => kind switch
    {
        ServerKind.Machine => PowerCutServer.WhatIsMissing() is { } missing
            ? throw new MissingToolException($"power cuts: {missing}")
            : await PowerCutServer.StartAsync(cancellation),
        ServerKind.Replicated => await ReplicatedServer.WhatIsMissingAsync(cancellation) is { } missing
            ? throw new MissingToolException($"failovers: {missing}")
            : await ReplicatedServer.StartAsync(cancellation),
        _ => await EmbeddedServer.StartAsync(onDiskOfItsOwn: faults.Any(static fault => fault is FillDisk), cancellation),
    };

    private static async Task AfterAsync(Task task, TimeSpan time, CancellationToken cancellation)
    {
        await task;
        await Task.Delay(time, cancellation);
    }
}

/// <summary>The run needs something that this machine does not have, so nothing was tested.</summary>
/// <param name="message">What is missing.</param>
internal sealed class MissingToolException(string message) : Exception(message);
