using Wingman.Events;
using Wingman.Matches;
using Wingman.Reputation;
using Wingman.Sessions;
using Wingman.Silo.Storage;
using Wingman.Silo.Storage.Batching;
using Wingman.Silo.Storage.Rows;
using Wingman.State;
using Wingman.Storage.Tests.Fixtures;

namespace Wingman.Storage.Tests.Plans;

/// <summary>A statement of a lane, and how to fill its parameters from sessions.</summary>
internal sealed record PlanCase(string Name, LaneStatement Statement, Action<IReadOnlyList<(SeededSession Session, uint Xmin, uint MatchXmin)>> Fill)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(4);

    /// <summary>Every statement that a lane runs.</summary>
    public static IEnumerable<PlanCase> All(ProductFeatures features)
    {
        yield return Read("sessions", new SessionStateRead(), static s => new SessionReadRequest<Versioned<SessionState>?>(s.Key, Timeout));
        yield return Read("details", new SessionDetailsRead(features), static s => new SessionReadRequest<LiveSessionDetails?>(s.Key, Timeout));
        yield return Read("matches", new MatchRead(), static s => new MatchReadRequest(new(s.Match), Timeout));
        foreach (var counting in Enum.GetValues<CreditCounting>())
        {
            yield return Read($"counts, {counting}", new ReputationCount(counting), static s => new ReputationCountRequest(new(s.User2), Timeout));
            yield return Read($"first pages, {counting}", new HistoryRead(counting), static s => new HistoryReadRequest(new(s.User1), null, 50, Timeout));
            yield return Read(
                $"next pages, {counting}",
                new HistoryRead(counting),
                static s => new HistoryReadRequest(new(s.User1), new(SeededSession.Then, s.Key), 50, Timeout));
        }

        yield return Read(
            "completions of pairs", new PairCompletionsRead(), static s => new PairCompletionsRequest(new(s.User1), new(s.User2), SeededSession.Then, Timeout));
        if (features.HasChallenges) yield return Read("challenges", new ChallengeRead(), static s => new ChallengeReadRequest(s.User1, s.User2, Timeout));
        foreach (var skipLocked in new[] { false, true })
        {
            var kind = skipLocked ? ", stepping over locks" : "";
            yield return Write(
                $"confirmations{kind}",
                new SessionWrite("host", skipLocked),
                static (s, xmin, _) => new SessionWriteRequest(s.Key, new(0, xmin), s.Confirmed, Timeout));
            yield return Write(
                $"completions{kind}",
                new SessionWrite("host", skipLocked),
                static (s, xmin, _) => new SessionWriteRequest(s.Key, new(0, xmin), s.Completed, Timeout));
            yield return Write(
                $"statuses of matches{kind}",
                new MatchWrite("host", skipLocked),
                static (s, _, xmin) => new MatchWriteRequest(new(s.Match), new(0, xmin), MatchOf(s, null), Timeout));
            yield return Write(
                $"schedulings{kind}",
                new MatchWrite("host", skipLocked),
                static (s, _, xmin) => new MatchWriteRequest(new(s.Match), new(0, xmin), MatchOf(s, SeededMatch.NewSession()), Timeout));
        }

        yield return Write(
            "log entries",
            new EventAppend("host"),
            static (s, xmin, _) => new EventAppendRequest(s.Key, new(EventKind.Observed, SeededSession.Then), "detail", new(0, xmin), Timeout));
    }

    private static PlanCase Read<TRequest, TResult>(string name, IBatchedRead<TRequest, TResult> read, Func<SeededSession, TRequest> request) =>
        new($"reads of {name}", read.Statement, rows => read.Fill([.. rows.Select(row => request(row.Session))]));

    private static PlanCase Write<TRequest>(string name, IBatchedWrite<TRequest> write, Func<SeededSession, uint, uint, TRequest> request) =>
        new($"writes of {name}", write.Statement, rows => write.Fill([.. rows.Select(row => request(row.Session, row.Xmin, row.MatchXmin))]));

    private static MatchState MatchOf(SeededSession session, NewSession? next) =>
        new() { User1 = new(session.User1), User2 = new(session.User2), Status = MatchStatus.Accepted, NewSession = next };
}
