using Wingman.Sessions;
using Wingman.Testing.History;
using Wingman.Testing.Models;

namespace Wingman.SystemTests.Checkers;

/// <summary>Writes histories by hand; times are small numbers.</summary>
internal sealed class HistoryBuilder
{
    private readonly List<SessionOperation> _operations = [];

    public static ModelState Scheduled(bool user1 = false, bool user2 = false) => new(SessionStatus.Scheduled, user1, user2);

    public static ModelState Completed => new(SessionStatus.Completed, true, true);

    public HistoryBuilder Confirm(int user, long from, long until, ConfirmOutcome outcome) =>
        Add(OperationKind.Confirm, user, from, until, new ConfirmAnswer(outcome));

    public HistoryBuilder Cancel(int user, long from, long until, CancelOutcome outcome) =>
        Add(OperationKind.Cancel, user, from, until, new CancelAnswer(outcome));

    public HistoryBuilder Read(int user, long from, long until, ModelState seen) =>
        Add(OperationKind.Read, user, from, until, new ReadAnswer(seen));

    public HistoryBuilder MayHaveHappened(OperationKind kind, int user, long from) => Add(kind, user, from, SessionOperation.Never, null);

    public LinearizabilityResult Check(ModelState? initial = null) => LinearizabilityChecker.Check(initial ?? ModelState.New, _operations);

    private HistoryBuilder Add(OperationKind kind, int user, long from, long until, SessionAnswer? answer)
    {
        _operations.Add(new SessionOperation(kind, user == 1 ? Participant.User1 : Participant.User2, from, until, answer));
        return this;
    }
}
