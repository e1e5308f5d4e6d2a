using Npgsql;

namespace Wingman.Silo.Storage.Batching;

/// <summary>A statement that answers a batch of requests, each from at most one row. Belongs to one lane.</summary>
/// <typeparam name="TRequest">The requests.</typeparam>
internal interface IBatchedRead<TRequest>
{
    /// <summary>The statement. The first column of its rows is the request's ordinal in the batch, from 1.</summary>
    LaneStatement Statement { get; }

    /// <summary>Puts a batch into the parameters.</summary>
    void Fill(IReadOnlyList<TRequest> batch);

    /// <summary>Gives a request its result.</summary>
    /// <param name="request">The request.</param>
    /// <param name="row">Its row, or null if there is none.</param>
    void Answer(TRequest request, NpgsqlDataReader? row);
}
