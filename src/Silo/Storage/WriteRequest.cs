using Wingman.Silo.Storage.Batching;
using Wingman.Silo.Storage.Relational;

namespace Wingman.Silo.Storage;

/// <summary>A state to write, or to clear. Its result is the row's new version.</summary>
/// <param name="key">The row.</param>
/// <param name="expectedVersion">The version the writer knows, or null if it knows of none.</param>
/// <param name="payload">The stored form, or null to clear.</param>
/// <param name="state">The state itself: an immutable record, read by the mapping on the lane. Null without a mapping.</param>
/// <param name="mapping">The state's relational side, if it has one.</param>
/// <param name="timeout">How long the caller waits.</param>
internal sealed class WriteRequest(
    GrainRowKey key, int? expectedVersion, byte[]? payload, object? state, RowMapping? mapping, TimeSpan timeout)
    : BatchRequest<int>(timeout)
{
    public GrainRowKey Key { get; } = key;

    /// <inheritdoc/>
    public override string Subject => $"The state {Key}";

    public int? ExpectedVersion { get; } = expectedVersion;

    public byte[]? Payload { get; } = payload;

    public object? State { get; } = state;

    public RowMapping? Mapping { get; } = mapping;

    /// <summary>
    /// A row beside its own that the write changes, with who changes it. One batch has writes of one such writer only for
    /// each row; null for none.
    /// </summary>
    public (Guid Row, object Writer)? SharedRow => Mapping?.SharedRow(Key, State) is { } row ? (row, Mapping) : null;

    public int NewVersion => (ExpectedVersion ?? 0) + 1;

    /// <summary>Whether an attempt broke off in a way that leaves open whether it was committed.</summary>
    public bool MayBeStored { get; set; }
}
