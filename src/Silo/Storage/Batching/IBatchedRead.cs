using Npgsql;

namespace Wingman.Silo.Storage.Batching;

/// <summary>A statement that answers a batch of requests, each from at most one row. Belongs to one lane.</summary>
/// <typeparam name="TRequest">The requests.</typeparam>
/// <typeparam name="TResult">Their results.</typeparam>
internal interface IBatchedRead<TRequest, TResult>
{
    /// <summary>The statement. The first column of its rows is the request's ordinal in the batch, from 1.</summary>
    LaneStatement Statement { get; }

    /// <summary>Puts a batch into the parameters.</summary>
    void Fill(IReadOnlyList<TRequest> batch);

    /// <summary>The result of a request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="row">Its row, or null if there is none.</param>
    /// <param name="era">The era of the database that versions belong to.</param>
    TResult Read(TRequest request, NpgsqlDataReader? row, int era);
}
