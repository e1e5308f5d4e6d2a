using Orleans.Storage;
using Wingman.Schedules.Database;
using Wingman.Schedules.Exploring;
using Wingman.Silo.Storage.Batching;

namespace Wingman.Schedules.Scenarios;

/// <summary>
/// What was requested, what arrived at the server, what was committed and what was answered, with the checks that compare these.
/// </summary>
internal sealed class Ledger(Explorer explorer) : IServerWitness
{
    private readonly Dictionary<long, Entry> _entries = [];
    private readonly Dictionary<Guid, List<uint>> _versions = [];
    private int _ordinal = 1;

    /// <summary>The writes that have no answer yet, for messages.</summary>
    public string Unanswered
    {
        get
        {
            long[] tickets = [.. _entries.Where(static entry => entry.Value.AcceptedAt > 0 && !entry.Value.Request.Task.IsCompleted).Select(static entry => entry.Key)];
            return tickets.Length == 0 ? "" : $" Writes that nobody has answered: {string.Join(", ", tickets)}.";
        }
    }

    /// <summary>Makes a write, and sends it to the lanes.</summary>
    /// <param name="lanes">The lanes.</param>
    /// <param name="row">The row.</param>
    /// <param name="expected">The version that was decided on.</param>
    /// <param name="value">What to write.</param>
    /// <param name="timeout">The deadline.</param>
    public async Task<RowVersion> WriteAsync(BatchedLanes<RowWriteRequest, RowVersion> lanes, Guid row, RowVersion expected, long value, TimeSpan timeout)
    {
        var entry = new Entry(new(_entries.Count + 1, row, expected, value, timeout)) { AskedAt = _ordinal++ };
        var ticket = entry.Request.Ticket;
        _entries.Add(ticket, entry);
        explorer.Note($"write {ticket} of {row:N} from version {expected} is asked for");
        var answer = lanes.SubmitAsync(entry.Request);
        entry.AcceptedAt = _ordinal++;
        try
        {
            var version = await answer;
            explorer.Note($"write {ticket} is answered: {version}");
            if (entry.Committed != version.Xmin) explorer.Violate($"Write {ticket} was answered before its commit.");
            return version;
        }
        catch (Exception exception)
        {
            explorer.Note($"write {ticket} is answered: {exception.GetType().Name}, {exception.Message}");
            throw;
        }
    }

    /// <summary>Reads a row, and checks that what is read was there.</summary>
    public async Task<RowRead?> ReadAsync(BatchedLanes<RowReadRequest, RowRead?> lanes, Guid row, TimeSpan timeout)
    {
        var committed = _versions.GetValueOrDefault(row)?.Count ?? 0;
        var read = await lanes.SubmitAsync(new(row, timeout));
        if (read is not null && _versions.TryGetValue(row, out var versions) && versions.IndexOf(read.Version.Xmin) + 1 < committed)
            explorer.Violate($"A read of {row:N} returned version {read.Version.Xmin}, which was no longer the latest when the read was asked for.");
        return read;
    }

    public void Arrived(string lane, IReadOnlyList<Guid> rows, IReadOnlyList<long> tickets)
    {
        explorer.Note($"{lane} sends {string.Join(", ", tickets)}");
        if (rows.Distinct().Count() != rows.Count) explorer.Violate($"A batch of {lane} has a row twice: writes {string.Join(", ", tickets)}.");
        foreach (var ticket in tickets)
        {
            var entry = _entries[ticket];
            if (entry.FirstSentBy is not null) continue;

            entry.FirstSentBy = lane;
            CheckOrder(entry, lane);
        }
    }

    public void Committing(long ticket, Guid row, FakeRow stored)
    {
        var entry = _entries[ticket];
        explorer.Note($"write {ticket} is committed as version {stored.Version}");
        if (entry.Committed is { } before) explorer.Violate($"Write {ticket} was committed twice, as versions {before} and {stored.Version}.");
        if (entry.Request.Task.IsCompletedSuccessfully) explorer.Violate($"Write {ticket} was answered before its commit.");
        entry.Committed = stored.Version;
        if (!_versions.TryGetValue(row, out var versions)) _versions.Add(row, versions = []);
        versions.Add(stored.Version);
    }

    /// <summary>Checks what lanes guarantee about their end: no write waits any more after they have ended.</summary>
    public void CheckNobodyWaits()
    {
        foreach (var entry in _entries.Values.Where(static entry => entry.AcceptedAt > 0 && !entry.Request.Task.IsCompleted))
            explorer.Violate($"Write {entry.Request.Ticket} was forgotten: the lanes have ended, and nobody has answered it.");
    }

    /// <summary>Checks the answers, after everything has ended.</summary>
    public void CheckAnswers()
    {
        foreach (var (ticket, entry) in _entries)
        {
            var answer = entry.Request.Task;
            // Refused by the queue: it never waited.
            if (entry.AcceptedAt == 0)
            {
                if (entry.Committed is not null) explorer.Violate($"Write {ticket} was refused, and is committed.");
                continue;
            }

            if (!answer.IsCompleted)
            {
                explorer.Violate($"Write {ticket} waits for ever.");
            }
            else if (answer.IsCompletedSuccessfully)
            {
                if (entry.Committed != answer.Result.Xmin) explorer.Violate($"Write {ticket} was answered as stored, and is not committed.");
            }
            else if (entry.Committed is not null && SaysNotStored(answer.Exception!.InnerException!))
            {
                explorer.Violate($"Write {ticket} is committed, and was answered as certainly not stored: {answer.Exception.InnerException!.Message}");
            }
        }
    }

    // How a grain understands each failure: see RowGrain and StorageFailure.
    private static bool SaysNotStored(Exception exception) => exception switch
    {
        UnknownOutcomeException => false,
        InconsistentStateException => true,
        StorageException { Failure: StorageFailure.Refused or StorageFailure.Overloaded } => true,
        _ => false,
    };

    /// <summary>A lane sends the writes of a row in the order in which they were accepted.</summary>
    private void CheckOrder(Entry entry, string lane)
    {
        foreach (var other in _entries.Values)
        {
            if (entry.AcceptedAt > 0 && other.Request.Row == entry.Request.Row && other.FirstSentBy == lane && other.AskedAt > entry.AcceptedAt)
                explorer.Violate($"{lane} sent write {other.Request.Ticket} before write {entry.Request.Ticket} of the same row, which was accepted earlier.");
        }
    }

    private sealed class Entry(RowWriteRequest request)
    {
        public RowWriteRequest Request => request;

        public int AskedAt { get; init; }

        /// <summary>0: the queue has not accepted it.</summary>
        public int AcceptedAt { get; set; }

        public string? FirstSentBy { get; set; }

        public uint? Committed { get; set; }
    }
}
