using Npgsql;
using NpgsqlTypes;
using Wingman.Silo.Storage.Batching;

namespace Wingman.Silo.Storage.Queries;

/// <summary>Whether a match has a session that is not over.</summary>
/// <param name="match">The match.</param>
/// <param name="timeout">How long the caller waits.</param>
internal sealed class ActiveSessionRequest(MatchId match, TimeSpan timeout) : BatchRequest<bool>(timeout)
{
    public MatchId Match { get; } = match;

    /// <inheritdoc/>
    public override string Subject => $"Whether match {Match} has an active session";
}

/// <summary>Looks for active sessions of many matches in one statement; has a row for each match that has one.</summary>
internal sealed class ActiveSessionLook : LaneStatement, IBatchedRead<ActiveSessionRequest>
{
    private readonly List<Guid> _match;

    public ActiveSessionLook() => _match = AddArray<Guid>(NpgsqlDbType.Uuid);

    /// <inheritdoc/>
    /// <remarks>OFFSET 0 keeps the status out of the look-up by match, as the index on it is no way to one match.</remarks>
    public override string Sql => """
        select i.ord
        from unnest($1::uuid[]) with ordinality as i (match_id, ord)
        where exists (
          select from (select status from public.wingman_sessions where match_id = i.match_id offset 0) s
          where s.status in ('scheduled', 'in_progress'))
        """;

    /// <inheritdoc/>
    public LaneStatement Statement => this;

    /// <inheritdoc/>
    public void Fill(IReadOnlyList<ActiveSessionRequest> batch)
    {
        _match.Clear();
        foreach (var request in batch) _match.Add(request.Match.Value);
    }

    /// <inheritdoc/>
    public void Answer(ActiveSessionRequest request, NpgsqlDataReader? row) => request.TrySetResult(row is not null);
}
