using Wingman.Silo.Storage.Batching;
using Wingman.Silo.Storage.Relational;

namespace Wingman.Silo.Storage;

/// <summary>A state to read.</summary>
/// <param name="key">The row.</param>
/// <param name="mapping">The state's relational side, from which an unknown state is adopted; null if it has none.</param>
/// <param name="timeout">How long the caller waits.</param>
internal sealed class ReadRequest(GrainRowKey key, RowMapping? mapping, TimeSpan timeout) : BatchRequest<ReadResult>(timeout)
{
    public GrainRowKey Key { get; } = key;

    /// <inheritdoc/>
    public override string Subject => $"The state {Key}";

    public RowMapping? Mapping { get; } = mapping;
}

/// <summary>What the database knows of a state.</summary>
/// <param name="Payload">The stored form, or null if nothing is stored or it was cleared.</param>
/// <param name="Version">The row's version, or null if there is no row.</param>
/// <param name="Adopted">The state that the product's rows mean, if nothing was ever stored and there are such rows.</param>
internal readonly record struct ReadResult(byte[]? Payload, int? Version, object? Adopted);
