using Npgsql;
using NpgsqlTypes;
using Wingman.Silo.Storage.Batching;

namespace Wingman.Silo.Storage.Rows;

/// <summary>Two challenges to check. The result is whether both exist.</summary>
/// <param name="first">One challenge.</param>
/// <param name="second">The other.</param>
/// <param name="timeout">How long the caller waits.</param>
internal sealed class ChallengeReadRequest(Guid first, Guid second, TimeSpan timeout) : BatchRequest<bool>(timeout)
{
    public override string Subject => $"The challenges {first} and {second}";

    public Guid First => first;

    public Guid Second => second;
}

/// <summary>Checks pairs of challenges; returns a row for each pair that exists.</summary>
internal sealed class ChallengeRead : LaneStatement, IBatchedRead<ChallengeReadRequest, bool>
{
    private readonly List<Guid> _first;
    private readonly List<Guid> _second;

    public ChallengeRead()
    {
        _first = AddArray<Guid>(NpgsqlDbType.Uuid);
        _second = AddArray<Guid>(NpgsqlDbType.Uuid);
    }

    public LaneStatement Statement => this;

    public override string Sql => """
        select i.ord
        from unnest($1::uuid[], $2::uuid[]) with ordinality as i (first, second, ord)
        cross join lateral (select from public.approach_challenges where id = i.first limit 1) one
        cross join lateral (select from public.approach_challenges where id = i.second limit 1) other
        """;

    public void Fill(IReadOnlyList<ChallengeReadRequest> batch)
    {
        Clear();
        foreach (var request in batch)
        {
            _first.Add(request.First);
            _second.Add(request.Second);
        }
    }

    public bool Read(ChallengeReadRequest request, NpgsqlDataReader? row, int era) => row is not null;
}
