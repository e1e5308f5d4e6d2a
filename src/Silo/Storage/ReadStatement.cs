using System.Text;
using Npgsql;
using NpgsqlTypes;
using Wingman.Silo.Storage.Batching;
using Wingman.Silo.Storage.Relational;

namespace Wingman.Silo.Storage;

/// <summary>
/// Reads a batch of states, and for those that were never stored what the product's tables know of them. Returns, per
/// state found in either: its ordinal (from 1), payload and version, then the columns of each mapping.
/// </summary>
internal sealed class ReadStatement : StateStatement, IBatchedRead<ReadRequest>
{
    private readonly List<Guid> _guid;
    private readonly List<short> _kind;
    private readonly RowMapping[] _mappings;
    private readonly int[] _firstColumn;

    /// <summary>Composes the statement.</summary>
    /// <param name="serviceId">The service whose rows these are.</param>
    /// <param name="mappings">The mappings by which unknown states are adopted; none to read stored states only.</param>
    public ReadStatement(string serviceId, IEnumerable<RowMapping> mappings) : base(serviceId)
    {
        _guid = AddArray<Guid>(NpgsqlDbType.Uuid);
        _kind = AddArray<short>(NpgsqlDbType.Smallint);
        _mappings = [.. mappings];
        _firstColumn = new int[_mappings.Length];

        var columns = new StringBuilder("i.ord, s.payloadbinary, s.version");
        var joins = new StringBuilder();
        var found = new StringBuilder("s.version is not null");
        var ordinal = 3;
        for (var index = 0; index < _mappings.Length; index++)
        {
            var mapping = _mappings[index];
            _firstColumn[index] = ordinal + 1;
            columns.Append($", a{index}.adopted");
            foreach (var column in mapping.AdoptColumns) columns.Append($", a{index}.{column}");
            joins.Append($"\nleft join lateral ({mapping.AdoptSql} and i.kind = {index + 1} and s.version is null limit 1) a{index} on true");
            found.Append($" or a{index}.adopted");
            ordinal += 1 + mapping.AdoptColumns.Count;
        }

        Sql = $"""
            select {columns}
            from unnest({KeyArrays}, $8::uuid[], $9::int2[]) with ordinality as i ({KeyColumns}, guid, kind, ord)
            left join lateral (select s.payloadbinary, s.version from orleans.orleansstorage s where {SameKey} limit 1) s on true{joins}
            where {found}
            """;
    }

    /// <inheritdoc/>
    public override string Sql { get; }

    /// <inheritdoc/>
    public LaneStatement Statement => this;

    /// <inheritdoc/>
    public void Fill(IReadOnlyList<ReadRequest> batch)
    {
        Clear();
        foreach (var request in batch) Add(request.Key, request.Mapping);
    }

    /// <inheritdoc/>
    public void Answer(ReadRequest request, NpgsqlDataReader? row)
    {
        if (row is null)
        {
            request.TrySetResult(default);
            return;
        }

        int? version = row.IsDBNull(2) ? null : row.GetInt32(2);
        request.TrySetResult(new(row.IsDBNull(1) ? null : row.GetFieldValue<byte[]>(1), version, version is null ? Adopt(row, request.Mapping) : null));
    }

    /// <summary>Empties the parameters.</summary>
    public void Clear()
    {
        ClearKeys();
        _guid.Clear();
        _kind.Clear();
    }

    /// <summary>Adds a row to read.</summary>
    public void Add(in GrainRowKey key, RowMapping? mapping)
    {
        AddKey(key);
        _guid.Add(key.Guid);
        _kind.Add((short)(mapping is null ? 0 : Array.IndexOf(_mappings, mapping) + 1));
    }

    private object? Adopt(NpgsqlDataReader row, RowMapping? mapping)
    {
        var index = mapping is null ? -1 : Array.IndexOf(_mappings, mapping);
        return index >= 0 && !row.IsDBNull(_firstColumn[index] - 1) ? mapping!.Adopt(row, _firstColumn[index]) : null;
    }
}
