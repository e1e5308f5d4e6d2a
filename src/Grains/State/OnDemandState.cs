using Orleans.Storage;

namespace Wingman.State;

/// <summary>
/// Grain state that is read when the grain asks for it, not while it activates, and that never shows what is not stored.
/// </summary>
/// <remarks>
/// Orleans' own implementation differs in three ways that matter here. It reads during activation, and a failed activation
/// holds all calls to its grain back for five seconds. It keeps a state whose write failed, so that the next write stores
/// it. And it wraps a storage's exceptions in text that carries their stack traces.
/// </remarks>
/// <typeparam name="TState">An immutable record.</typeparam>
/// <param name="name">The name that the storage knows the state by.</param>
/// <param name="context">The activation.</param>
/// <param name="storage">Where the state is stored.</param>
internal sealed class OnDemandState<TState>(string name, IGrainContext context, IGrainStorage storage) : IPersistentState<TState>
{
    private GrainState<TState> _stored = new();
    private TState? _next;

    /// <summary>The state as it was last read or stored. Between an assignment and its write it is the assigned one.</summary>
    public TState State
    {
        get => _next ?? _stored.State!;
        set => _next = value;
    }

    /// <summary>The version of the state; null if it was not read, or if there is none.</summary>
    public string? Etag => _stored.ETag;

    /// <summary>Whether the state exists; false before the first read.</summary>
    public bool RecordExists => _stored.RecordExists;

    /// <summary>Reads the state.</summary>
    /// <returns>When <see cref="State"/> is what the storage holds. After an exception nothing is known.</returns>
    public async Task ReadStateAsync()
    {
        _next = default;
        var read = new GrainState<TState>();
        _stored = new();
        await storage.ReadStateAsync(name, context.GrainId, read);
        _stored = read;
    }

    /// <summary>Stores what was assigned to <see cref="State"/>.</summary>
    /// <returns>When it is durable. After an exception nothing is known, and the state must be read again.</returns>
    public async Task WriteStateAsync()
    {
        var candidate = new GrainState<TState>(State, _stored.ETag) { RecordExists = _stored.RecordExists };
        _next = default;
        _stored = new();
        await storage.WriteStateAsync(name, context.GrainId, candidate);
        _stored = candidate;
    }

    /// <summary>Deletes the state.</summary>
    /// <returns>When that is durable. After an exception nothing is known, and the state must be read again.</returns>
    public async Task ClearStateAsync()
    {
        var candidate = new GrainState<TState>(_stored.State!, _stored.ETag) { RecordExists = _stored.RecordExists };
        _next = default;
        _stored = new();
        await storage.ClearStateAsync(name, context.GrainId, candidate);
        _stored = candidate;
    }
}
