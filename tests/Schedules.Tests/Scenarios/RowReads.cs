using NpgsqlTypes;
using Wingman.Schedules.Database;
using Wingman.Silo.Storage.Batching;
using Reader = Wingman.Silo.NpgsqlDataReader;

namespace Wingman.Schedules.Scenarios;

/// <summary>A row to read.</summary>
internal sealed class RowReadRequest(Guid id, TimeSpan timeout) : BatchRequest<RowRead?>(timeout)
{
    public override string Subject => $"Row {id:N}";

    public Guid Id => id;
}

/// <summary>A row as it was read.</summary>
internal sealed record RowRead(long Value, RowVersion Version);

/// <summary>The statement that reads rows, in the form that the fake server understands.</summary>
internal sealed class RowReading : LaneStatement, IBatchedRead<RowReadRequest, RowRead?>
{
    private readonly List<Guid> _id;

    public RowReading() => _id = AddArray<Guid>(NpgsqlDbType.Uuid);

    public LaneStatement Statement => this;

    public override string Sql => FakeSession.Read;

    public void Fill(IReadOnlyList<RowReadRequest> batch)
    {
        Clear();
        foreach (var request in batch) _id.Add(request.Id);
    }

    public RowRead? Read(RowReadRequest request, Reader? row, int era) =>
        row is null ? null : new(row.GetFieldValue<long>(2), new(era, row.GetFieldValue<uint>(1)));
}
