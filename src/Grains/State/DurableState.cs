using Microsoft.Extensions.Logging;
using Orleans.Storage;

namespace Wingman.State;

/// <summary>
/// The state of one activation, as far as it is stored. A new state is built aside and becomes <see cref="Current"/> only
/// once it is durable; an activation whose write or read fails forgets everything and goes away, so nothing that was not
/// stored is ever answered from, or written later.
/// </summary>
/// <typeparam name="TState">An immutable record; a fresh instance stands for "nothing known".</typeparam>
/// <param name="name">The state's name: with the grain's key and the service id, the row's key. A stored contract.</param>
/// <param name="grain">The owner.</param>
/// <param name="storage">Where the state lives.</param>
/// <param name="logger">The owner's log.</param>
internal sealed partial class DurableState<TState>(string name, IGrainBase grain, IGrainStorage storage, ILogger logger)
    where TState : class, new()
{
    private static readonly TState Nothing = new();

    private GrainState<TState> _stored = new(Nothing);

    /// <summary>Whether <see cref="Current"/> is what the database held: read, and no failure since.</summary>
    public bool IsLoaded { get; private set; }

    /// <summary>The state as last read or stored. May come from rows of the product's tables that no write of ours has followed yet.</summary>
    public TState Current => _stored.State!;

    /// <summary>Whether the state is in grain storage (and not only adopted from the product's tables, or unknown).</summary>
    public bool IsStored => _stored.RecordExists;

    /// <summary>Reads the state, whether or not it was read before.</summary>
    /// <returns>When <see cref="Current"/> is what the database holds.</returns>
    public async Task ReadAsync()
    {
        var read = new GrainState<TState>(Nothing);
        try
        {
            await storage.ReadStateAsync(name, grain.GrainContext.GrainId, read);
        }
        catch (Exception exception)
        {
            throw Failed(exception, "read");
        }

        _stored = read;
        IsLoaded = true;
    }

    /// <summary>Stores a new state.</summary>
    /// <param name="next">The state to come.</param>
    /// <returns>When it is durable, and <see cref="Current"/>.</returns>
    /// <exception cref="StateConflictException">Another activation stored first; nothing of this was stored.</exception>
    /// <exception cref="StorageFailedException">Whether it is stored is unknown.</exception>
    /// <exception cref="StorageOverloadedException">Nothing was stored.</exception>
    /// <exception cref="StorageRefusedException">Nothing was stored, and never will be.</exception>
    public async Task WriteAsync(TState next)
    {
        var candidate = new GrainState<TState>(next, _stored.ETag) { RecordExists = _stored.RecordExists };
        try
        {
            await storage.WriteStateAsync(name, grain.GrainContext.GrainId, candidate);
        }
        catch (Exception exception)
        {
            throw Failed(exception, "written");
        }

        _stored = candidate;
    }

    // Every failure ends the activation: the next call starts from what the database holds.
    private WingmanException Failed(Exception exception, string verb)
    {
        _stored = new(Nothing);
        IsLoaded = false;
        grain.DeactivateOnIdle();
        var id = grain.GrainContext.GrainId;
        switch (exception)
        {
            case WingmanException known:
                return known;
            case InconsistentStateException:
                return new StateConflictException($"The state '{name}' of {id} was stored by another activation first.");
            default:
                // Provider exceptions lose their type on the wire and may carry what must not leave: they end here.
                LogFailed(exception, name, id, verb);
                return new StorageFailedException($"The state '{name}' of {id} could not be {verb}.");
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "State {State} of {Grain} could not be {Verb}")]
    private partial void LogFailed(Exception exception, string state, GrainId grain, string verb);
}
