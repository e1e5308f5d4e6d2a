using NpgsqlTypes;
using Wingman.Schedules.Database;
using Wingman.Silo.Storage.Batching;

namespace Wingman.Schedules.Scenarios;

/// <summary>A row to write.</summary>
internal sealed class RowWriteRequest(long ticket, Guid row, RowVersion expected, long value, TimeSpan timeout) : WriteRequest(expected, timeout)
{
    public override string Subject => $"Write {ticket}";

    public override Guid? Row => row;

    public long Ticket => ticket;

    public long Value => value;
}

/// <summary>The statement that writes rows, in the form that the fake server understands.</summary>
internal sealed class RowWrite : LaneStatement, IBatchedWrite<RowWriteRequest>
{
    private readonly List<Guid> _id;
    private readonly List<uint> _version;
    private readonly List<long> _value;
    private readonly List<long> _ticket;

    public RowWrite(string lane, bool skipLocked)
    {
        _id = AddArray<Guid>(NpgsqlDbType.Uuid);
        _version = AddArray<uint>(NpgsqlDbType.Xid);
        _value = AddArray<long>(NpgsqlDbType.Bigint);
        _ticket = AddArray<long>(NpgsqlDbType.Bigint);
        AddText(lane);
        Sql = skipLocked ? FakeSession.SkippingWrite : FakeSession.PlainWrite;
    }

    public LaneStatement Statement => this;

    public override string Sql { get; }

    public void Fill(IReadOnlyList<RowWriteRequest> batch)
    {
        Clear();
        foreach (var request in batch)
        {
            _id.Add(request.Row!.Value);
            _version.Add(request.Expected!.Value.Xmin);
            _value.Add(request.Value);
            _ticket.Add(request.Ticket);
        }
    }
}
