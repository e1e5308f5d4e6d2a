using System.Text;
using Npgsql;
using NpgsqlTypes;
using Wingman.Silo.Storage.Relational;

namespace Wingman.Silo.Storage;

/// <summary>
/// Stores a batch of states, and for exactly those whose version was the expected one writes the rows they mean: one
/// statement, one commit. Returns the ordinals (from 1) of the states that were stored.
/// </summary>
/// <remarks>
/// A first write inserts without <c>on conflict</c>: should another session insert the same key at the same moment, the
/// whole statement fails on the unique key, is rolled back and sent again, and then sees the other's row. That keeps the
/// list of winners known before the rows are written.
/// </remarks>
internal sealed class WriteStatement : StateStatement
{
    /// <summary>Stands for "no version known" in the array of expected versions, which has no nulls so that it stays dense.</summary>
    private const int NoVersion = -1;

    private readonly List<int> _expected;
    private readonly List<byte[]?> _payload;
    private readonly List<short> _kind;
    private readonly List<int> _slot;
    private readonly MappedRows[] _mapped;

    /// <summary>Composes the statement.</summary>
    /// <param name="serviceId">The service whose rows these are.</param>
    /// <param name="mappings">The mappings of the states in the batch.</param>
    /// <param name="isRepeat">Whether it is for a batch that was sent before and failed.</param>
    public WriteStatement(string serviceId, IEnumerable<RowMapping> mappings, bool isRepeat) : base(serviceId)
    {
        _expected = AddArray<int>(NpgsqlDbType.Integer);
        _payload = AddArray<byte[]?>(NpgsqlDbType.Bytea);
        _kind = AddArray<short>(NpgsqlDbType.Smallint);
        _slot = AddArray<int>(NpgsqlDbType.Integer);

        _mapped = [.. mappings.Select((mapping, index) => new MappedRows(mapping, (short)(index + 1)))];
        foreach (var rows in _mapped)
        {
            foreach (var column in rows.Columns) rows.Arrays.Add(column.Name, $"({Add(column.Parameter)}::{column.SqlType}[])");
        }

        var guards = string.Concat(_mapped
            .Where(rows => rows.Mapping.FirstWriteGuard is not null)
            .Select(rows => $"\n    and (i.kind <> {rows.Kind} or {rows.Mapping.FirstWriteGuard!(name => $"{rows.Arrays[name]}[i.slot]")})"));
        var sql = new StringBuilder($"""
            with input as materialized (
              select i.*, $1::text as service from unnest({KeyArrays}, $8::int4[], $9::bytea[], $10::int2[], $11::int4[])
                with ordinality as i ({KeyColumns}, expected, payload, kind, slot, ord)),
            updated as (
              update orleans.orleansstorage as s
              set payloadbinary = i.payload, modifiedon = now() at time zone 'utc', version = s.version + 1
              from input i
              where {LookedUpKey} and s.version = i.expected
              returning i.ord, i.kind, i.slot),
            fresh as materialized (
              select * from input i
              where i.expected = {NoVersion} and (select true from orleans.orleansstorage s where {SameKey} limit 1) is null{guards}),
            inserted as (
              insert into orleans.orleansstorage
                (grainidhash, grainidn0, grainidn1, graintypehash, graintypestring, grainidextensionstring, serviceid, payloadbinary, modifiedon, version)
              select idhash, n0, n1, typehash, type, ext, $1, payload, now() at time zone 'utc', 1 from fresh),
            won as materialized (
              select ord, kind, slot from updated union all select ord, kind, slot from fresh)
            """);

        foreach (var rows in _mapped)
        {
            var columns = rows.Columns.Select(column => $"{rows.Arrays[column.Name]}[w.slot] as {column.Name}");
            sql.Append($",\n{rows.Mapping.Won} as materialized (\n  select {string.Join(", ", columns)}\n  from won w where w.kind = {rows.Kind}),\n");
            sql.Append(rows.Mapping.WriteSql(isRepeat));
        }

        Sql = sql.Append("\nselect ord from won").ToString();
    }

    /// <inheritdoc/>
    public override string Sql { get; }

    /// <summary>Puts a batch into the parameters.</summary>
    public void Fill(IReadOnlyList<WriteRequest> batch)
    {
        ClearKeys();
        _expected.Clear();
        _payload.Clear();
        _kind.Clear();
        _slot.Clear();
        foreach (var rows in _mapped) rows.Clear();

        foreach (var request in batch)
        {
            AddKey(request.Key);
            _expected.Add(request.ExpectedVersion ?? NoVersion);
            _payload.Add(request.Payload);
            var (kind, slot) = AddRows(request);
            _kind.Add(kind);
            _slot.Add(slot);
        }
    }

    private (short Kind, int Slot) AddRows(WriteRequest request)
    {
        foreach (var rows in _mapped)
        {
            if (rows.Mapping == request.Mapping) return (rows.Kind, rows.Add(request));
        }

        return (0, 0);
    }

    private sealed class MappedRows(RowMapping mapping, short kind)
    {
        private int _count;

        public RowMapping Mapping => mapping;

        public short Kind => kind;

        public IReadOnlyList<RowColumn> Columns { get; } = mapping.CreateColumns();

        /// <summary>The array parameters by the columns' names.</summary>
        public Dictionary<string, string> Arrays { get; } = [];

        public void Clear()
        {
            _count = 0;
            foreach (var column in Columns) column.Clear();
        }

        public int Add(WriteRequest request)
        {
            foreach (var column in Columns) column.Add(request.Key, request.State!);
            return ++_count;
        }
    }
}
