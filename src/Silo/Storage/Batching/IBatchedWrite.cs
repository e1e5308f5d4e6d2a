using Wingman.State;

namespace Wingman.Silo.Storage.Batching;

/// <summary>
/// A statement that writes a batch of requests in one commit. Belongs to one lane. It returns a row for each request that was
/// written, with its ordinal in the batch (from 1) and the new version (<c>xmin</c>), and a row without a version for each
/// that it skipped because another transaction holds a lock. For a request whose version check failed it returns no row.
/// </summary>
/// <typeparam name="TRequest">The requests.</typeparam>
internal interface IBatchedWrite<TRequest>
{
    /// <summary>The statement.</summary>
    LaneStatement Statement { get; }

    /// <summary>Puts a batch into the parameters.</summary>
    void Fill(IReadOnlyList<TRequest> batch);
}

/// <summary>A row to write. Its result is the row's new version.</summary>
/// <param name="expected">The version that the writer decided on; null for a row that it found missing.</param>
/// <param name="timeout">How long the caller waits.</param>
internal abstract class WriteRequest(RowVersion? expected, TimeSpan timeout) : BatchRequest<RowVersion>(timeout)
{
    /// <summary>The version that the writer decided on; null for a row that it found missing.</summary>
    public RowVersion? Expected => expected;

    /// <summary>Whether an attempt ended without a reply, so that it may have been committed.</summary>
    public bool HasUnknownOutcome { get; set; }

    /// <summary>How often the row was found locked by another transaction.</summary>
    public int TimesLocked { get; set; }

    /// <inheritdoc/>
    /// <remarks>An overload says that nothing was done, which is not certain for a write that may be stored.</remarks>
    public override void Fail(StorageFailure failure, string why) =>
        base.Fail(HasUnknownOutcome && failure == StorageFailure.Overloaded ? StorageFailure.Unavailable : failure, why);
}
