using Wingman.Schedules.Database;
using Wingman.Schedules.Exploring;

namespace Wingman.Schedules.Scenarios;

/// <summary>The scenarios.</summary>
internal sealed class Catalogue : ICatalogue
{
    private static readonly Setup[] Setups =
    [
        new("several writers, one lane") { Lanes = 1, Writers = 4, Rows = 4 },
        new("several lanes") { Lanes = 3, Writers = 6, Rows = 6, WritesEach = 1 },
        new("conflicts") { Writers = 4, Rows = 1 },
        new("a refused value among good ones") { Writers = 4, Rows = 4, Refused = 1, WritesEach = 1 },
        new("failing commits") { Faults = [Fault.FailedCommit, Fault.Deadlock, Fault.SilentCommit] },
        new("a row locked by another session") { Holds = 2, Rows = 3 },
        new("a row locked beyond the deadline") { Holds = 2, LongestHold = TimeSpan.FromSeconds(2), Deadline = TimeSpan.FromSeconds(1), WritesEach = 1 },
        new("locks that cannot be skipped") { Writers = 5, Rows = 4, Holds = 1, Faults = [Fault.LockOfOneRow, Fault.LostReply], FaultBudget = 8, WritesEach = 1 },
        new("a stop while some wait for locks that cannot be skipped")
        {
            StopsEarly = true, Writers = 5, Rows = 4, Faults = [Fault.LockOfOneRow], FaultBudget = 8, WritesEach = 1,
        },
        new("lost connections") { Faults = [Fault.LostRequest, Fault.LostReply, Fault.ConnectionRefused, Fault.StatementGone], FaultBudget = 4 },
        new("a silent network") { Faults = [Fault.ConnectionSilent, Fault.SilentCommit], Deadline = TimeSpan.FromSeconds(3), WritesEach = 1 },
        new("a connection that breaks again and again") { Faults = [Fault.LostRequest, Fault.LostReply], FaultBudget = 12, WritesEach = 1 },
        new("failovers") { Faults = [Fault.Failover, Fault.LostRequest, Fault.LostReply], FaultBudget = 5, WritesEach = 3 },
        new("a full queue") { QueueLimit = 2, Writers = 6, Rows = 3, Holds = 1, Lanes = 1 },
        new("a full queue, lost replies and locked rows") { QueueLimit = 1, Writers = 6, Rows = 3, Holds = 2, Faults = [Fault.LostReply], FaultBudget = 4 },
        new("a stop while some wait") { StopsEarly = true, Writers = 5, WritesEach = 1, MaxBatch = 2 },
        new("a stop while rows are locked") { StopsEarly = true, Holds = 2, Writers = 4, WritesEach = 1 },
        new("a stop while connections break") { StopsEarly = true, Faults = [Fault.LostRequest, Fault.LostReply, Fault.SilentCommit], WritesEach = 1 },
        new("grains, two activations of each") { HasGrains = true, Writers = 4, Rows = 1 },
        new("grains, whose connections break") { HasGrains = true, Writers = 4, Faults = [Fault.LostRequest, Fault.LostReply, Fault.SilentCommit], FaultBudget = 4 },
        new("grains, whose rows are locked") { HasGrains = true, Writers = 4, Holds = 2, Faults = [Fault.LostReply], QueueLimit = 2 },
        new("grains in a failover") { HasGrains = true, Writers = 4, Faults = [Fault.Failover, Fault.LostReply], FaultBudget = 4 },
        new("everything at once")
        {
            Lanes = 3, Writers = 6, Rows = 3, Holds = 2, Refused = 1, QueueLimit = 4, StopsEarly = true, FaultBudget = 5,
            Faults = [.. Enum.GetValues<Fault>()],
        },
    ];

    public IReadOnlyList<string> Names { get; } = [.. Setups.Select(static setup => setup.Name)];

    public IScenario Create(Explorer explorer, int number) => new Scenario(explorer, Setups[number]);
}
