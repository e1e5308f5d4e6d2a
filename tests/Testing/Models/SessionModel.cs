using Wingman.Sessions;
using Wingman.Testing.History;

namespace Wingman.Testing.Models;

/// <summary>A session as it would be if one request ran at a time: written from the contract, not from the service's rules.</summary>
internal static class SessionModel
{
    /// <summary>Lets the operation happen now.</summary>
    /// <returns>The state after it, or null if its answer is impossible in this state.</returns>
    public static ModelState? Step(ModelState state, SessionOperation operation) => operation.Answer switch
    {
        null => Effect(state, operation),
        ConfirmAnswer confirm => AfterConfirm(state, operation, confirm.Outcome),
        CancelAnswer cancel => AfterCancel(state, cancel.Outcome),
        ReadAnswer read => read.Seen == state ? state : null,
        _ => throw new ArgumentOutOfRangeException(nameof(operation)),
    };

    private static ModelState? AfterConfirm(ModelState state, SessionOperation operation, ConfirmOutcome outcome)
    {
        var next = Effect(state, operation);
        return outcome switch
        {
            ConfirmOutcome.WaitingForBuddy => !next.IsOver ? next : null,
            ConfirmOutcome.Completed => !state.IsOver && next.Status == SessionStatus.Completed ? next : null,
            ConfirmOutcome.AlreadyCompleted => state.Status == SessionStatus.Completed ? state : null,
            ConfirmOutcome.Cancelled => state.Status == SessionStatus.Cancelled ? state : null,
            ConfirmOutcome.NoShow => state.Status == SessionStatus.NoShow ? state : null,
            _ => null,
        };
    }

    private static ModelState? AfterCancel(ModelState state, CancelOutcome outcome) => outcome switch
    {
        // A request that the API retried may be answered "cancelled" although the buddy's cancellation was first.
        CancelOutcome.Cancelled => !state.IsOver || state.Status == SessionStatus.Cancelled ? state with { Status = SessionStatus.Cancelled } : null,
        CancelOutcome.AlreadyOver => state.IsOver ? state : null,
        _ => null,
    };

    private static ModelState Effect(ModelState state, SessionOperation operation)
    {
        if (state.IsOver) return state;
        switch (operation.Kind)
        {
            case OperationKind.Confirm:
                var confirmed = operation.By == Participant.User1 ? state with { User1Confirmed = true } : state with { User2Confirmed = true };
                return confirmed is { User1Confirmed: true, User2Confirmed: true } ? confirmed with { Status = SessionStatus.Completed } : confirmed;
            case OperationKind.Cancel:
                return state with { Status = SessionStatus.Cancelled };
            case OperationKind.Expire:
                return state with { Status = SessionStatus.NoShow };
            case OperationKind.Read:
                return state;
            default:
                throw new ArgumentOutOfRangeException(nameof(operation));
        }
    }
}
