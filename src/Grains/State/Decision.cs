namespace Wingman.State;

/// <summary>What the rules decided.</summary>
/// <typeparam name="TOutcome">The possible answers.</typeparam>
/// <typeparam name="TState">The state.</typeparam>
/// <param name="Outcome">What to answer, once <paramref name="Next"/> is stored.</param>
/// <param name="Next">The state to store, or null when nothing changes.</param>
internal readonly record struct Decision<TOutcome, TState>(TOutcome Outcome, TState? Next = null)
    where TState : class;
