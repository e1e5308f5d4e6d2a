using Orleans.Storage;
using Wingman.Matches;
using Wingman.Sessions;
using Wingman.State;

namespace Wingman.Silo.Storage;

/// <summary>
/// Grain storage in which a grain's state is its row in the product's tables, and the ETag the row's version. Many grains'
/// writes share one commit.
/// </summary>
/// <param name="tables">The tables.</param>
internal sealed class RowStorage(ProductTables tables) : IGrainStorage
{
    /// <inheritdoc/>
    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        switch (grainState)
        {
            case IGrainState<SessionState> session:
                Set(session, await tables.ReadAsync(new SessionId(grainId.GetGuidKey())));
                break;
            case IGrainState<MatchState> match:
                Set(match, await tables.ReadAsync(new MatchId(grainId.GetGuidKey())));
                break;
            default:
                throw Unknown(stateName);
        }
    }

    /// <inheritdoc/>
    /// <exception cref="InconsistentStateException">The row has changed since it was read.</exception>
    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var expected = RowVersion.Parse(grainState.ETag);
        var version = grainState switch
        {
            IGrainState<SessionState> session when expected is { } known =>
                await tables.WriteAsync(new SessionId(grainId.GetGuidKey()), known, session.State!),
            IGrainState<SessionState> => throw new InvalidOperationException("A session is inserted by its match, and then read."),
            IGrainState<MatchState> match => await tables.WriteAsync(new MatchId(grainId.GetGuidKey()), expected, match.State!),
            _ => throw Unknown(stateName),
        };
        grainState.ETag = version.ToString();
        grainState.RecordExists = true;
    }

    /// <inheritdoc/>
    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        throw new NotSupportedException("The rows of sessions and matches are deleted by the product only.");

    private static void Set<TState>(IGrainState<TState> grainState, Versioned<TState>? read)
        where TState : class
    {
        grainState.State = read?.State!;
        grainState.ETag = read?.Version.ToString();
        grainState.RecordExists = read is not null;
    }

    private static InvalidOperationException Unknown(string stateName) => new($"The state '{stateName}' is no row of the product's tables.");
}
