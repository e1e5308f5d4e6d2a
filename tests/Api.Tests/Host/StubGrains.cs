using System.Reflection;
using Wingman.Matches;
using Wingman.Operators;
using Wingman.Reputation;
using Wingman.Sessions;

namespace Wingman.Api.Tests.Host;

/// <summary>
/// Replaces the cluster, so that the HTTP side is tested alone: each call is a function that a test sets. The grains have
/// tests of their own.
/// </summary>
public sealed class StubGrains
{
    private int _calls;

    public StubGrains()
    {
        var factory = DispatchProxy.Create<IGrainFactory, FactoryProxy>();
        ((FactoryProxy)(object)factory).Grains = this;
        Factory = factory;
    }

    public IGrainFactory Factory { get; }

    /// <summary>How many calls reached a grain.</summary>
    public int Calls => _calls;

    public Func<SessionId, UserId, Task<ConfirmCompletionResult>> Confirm { get; set; } =
        (_, _) => Task.FromResult(new ConfirmCompletionResult(ConfirmOutcome.NotFound, default));

    public Func<SessionId, UserId, UserId, Task<ConfirmCompletionResult>> ConfirmBuddy { get; set; } =
        (_, _, _) => Task.FromResult(new ConfirmCompletionResult(ConfirmOutcome.NotFound, default));

    public Func<SessionId, UserId, string, Task<UpdateNotesOutcome>> UpdateNotes { get; set; } =
        (_, _, _) => Task.FromResult(UpdateNotesOutcome.NotFound);

    public Func<SessionId, UserId, Task<CancelSessionResult>> Cancel { get; set; } =
        (_, _) => Task.FromResult(new CancelSessionResult(CancelOutcome.NotFound, default));

    public Func<SessionId, NoShowTerms, Task<ExpireOutcome>> Expire { get; set; } = (_, _) => Task.FromResult(ExpireOutcome.NotFound);

    public Func<SessionId, UserId, Task<GetSessionResult>> Get { get; set; } =
        (_, _) => Task.FromResult(new GetSessionResult(GetSessionOutcome.NotFound));

    public Func<MatchId, RegisterMatch, Task<RegisterMatchOutcome>> Register { get; set; } =
        (_, _) => Task.FromResult(RegisterMatchOutcome.Created);

    public Func<MatchId, ScheduleSession, Task<ScheduleSessionResult>> Schedule { get; set; } =
        (_, _) => Task.FromResult(new ScheduleSessionResult(ScheduleOutcome.MatchNotFound));

    public Func<UserId, Task<UserReputation>> Reputation { get; set; } =
        _ => Task.FromResult(new UserReputation(0, 0, DateTimeOffset.UnixEpoch));

    public Func<UserId, CreditCursor?, int, Task<CreditPage>> History { get; set; } =
        (_, _, _) => Task.FromResult(new CreditPage([], null));

    /// <summary>The silos that are active.</summary>
    public Func<Task<MembershipEntry[]>> Silos { get; set; } = () => Task.FromResult<MembershipEntry[]>([]);

    /// <summary>Where a session is active.</summary>
    public Func<SessionId, SiloAddress?> Activation { get; set; } = _ => null;

    private StubGrains Count()
    {
        Interlocked.Increment(ref _calls);
        return this;
    }

    private object Management()
    {
        var management = DispatchProxy.Create<IManagementGrain, ManagementProxy>();
        ((ManagementProxy)(object)management).Grains = this;
        return management;
    }

    private object Grain(Type type, Guid key)
    {
        if (type == typeof(ISessionGrain)) return new Session(this, new SessionId(key));
        if (type == typeof(IMatchGrain)) return new Match(this, new MatchId(key));
        return type == typeof(IUserReputationGrain) ? new User(this, new UserId(key)) : throw new NotSupportedException(type.Name);
    }

    public class FactoryProxy : DispatchProxy
    {
        internal StubGrains Grains { get; set; } = null!;

        // Orleans asks by type or, once a real cluster has run in this process, by the type names that it has learned.
        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => args![0] switch
        {
            GrainId id => Grains.Grain(TypeOf(id), id.GetGuidKey()),
            // The only grain of ours or Orleans' with such a key that the API calls.
            long => Grains.Management(),
            var key => Grains.Grain(targetMethod!.GetGenericArguments()[0], (Guid)key!),
        };

        private static Type TypeOf(GrainId id) => id.Type.ToString() switch
        {
            "session" => typeof(ISessionGrain),
            "match" => typeof(IMatchGrain),
            "userreputation" => typeof(IUserReputationGrain),
            var other => throw new NotSupportedException(other),
        };
    }

    public class ManagementProxy : DispatchProxy
    {
        internal StubGrains Grains { get; set; } = null!;

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => targetMethod!.Name switch
        {
            nameof(IManagementGrain.GetDetailedHosts) => Grains.Silos(),
            nameof(IManagementGrain.GetActivationAddress) => new ValueTask<SiloAddress?>(Grains.Activation(((Session)args![0]!).Id)),
            var other => throw new NotSupportedException(other),
        };
    }

    private sealed class Session(StubGrains grains, SessionId id) : ISessionGrain
    {
        public SessionId Id => id;

        public Task<ConfirmCompletionResult> ConfirmCompletionAsync(UserId participant) => grains.Count().Confirm(id, participant);

        public Task<ConfirmCompletionResult> ConfirmBuddyAsync(UserId participant, UserId buddy) => grains.Count().ConfirmBuddy(id, participant, buddy);

        public Task<UpdateNotesOutcome> UpdateNotesAsync(UserId participant, string notes) => grains.Count().UpdateNotes(id, participant, notes);

        public Task<CancelSessionResult> CancelAsync(UserId participant) => grains.Count().Cancel(id, participant);

        public Task<GetSessionResult> GetAsync(UserId participant) => grains.Count().Get(id, participant);

        public Task<ExpireOutcome> ExpireAsync(NoShowTerms terms) => grains.Count().Expire(id, terms);

        public Task<RepairResult> RepairAsync(SessionRepair repair) => throw new NotSupportedException();

        public Task<SessionSnapshot?> GetStateAsync() => throw new NotSupportedException();
    }

    private sealed class Match(StubGrains grains, MatchId id) : IMatchGrain
    {
        public Task<RegisterMatchOutcome> RegisterAsync(RegisterMatch match) => grains.Count().Register(id, match);

        public Task<ScheduleSessionResult> ScheduleSessionAsync(ScheduleSession session) => grains.Count().Schedule(id, session);

        public Task<MatchSnapshot?> GetStateAsync() => throw new NotSupportedException();
    }

    private sealed class User(StubGrains grains, UserId id) : IUserReputationGrain
    {
        public Task<ErasureStep> EraseAsync(OperatorAct act, ErasurePosition? after) => throw new NotSupportedException();

        public Task InvalidateAsync() => throw new NotSupportedException();

        public Task<UserReputation> GetAsync() => grains.Count().Reputation(id);

        public Task<CreditPage> GetHistoryAsync(CreditCursor? after, int limit) => grains.Count().History(id, after, limit);

        public Task<UserReputation?> GetStateAsync() => throw new NotSupportedException();
    }
}
