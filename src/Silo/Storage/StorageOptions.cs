using System.ComponentModel.DataAnnotations;

namespace Wingman.Silo.Storage;

/// <summary>How rows reach the database. Section <c>Wingman:Storage</c>.</summary>
public sealed class StorageOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Wingman:Storage";

    /// <summary>
    /// How many commits may be in flight at once, each on a connection of its own: about one per core of the database.
    /// 1 to 32; default 2.
    /// </summary>
    [Range(1, 32)]
    public int Lanes { get; set; } = 2;

    /// <summary>
    /// How many batched reads of sessions, and how many counts of reputations, may be in flight at once, each on a connection
    /// of its own. 1 to 32; default 2.
    /// </summary>
    [Range(1, 32)]
    public int ReadLanes { get; set; } = 2;

    /// <summary>
    /// How many writes, or reads of one kind, must wait before a lane beside the first takes them. A large batch costs the
    /// database less than two small ones, but two small ones run on two of its cores. A database with cores to spare answers sooner with a
    /// smaller figure. 1 to 2,000; default 64.
    /// </summary>
    [Range(1, 2_000)]
    public int NextLaneAt { get; set; } = 64;

    /// <summary>The most rows that one commit or one read carries. 1 to 2,000; default 256.</summary>
    [Range(1, 2_000)]
    public int MaxBatch { get; set; } = 256;

    /// <summary>
    /// The most writes, and the most reads, that may wait for a lane. Beyond it a call is refused at once
    /// (<see cref="StorageFailure.Overloaded"/>). 1 to 1,000,000; default 10,000.
    /// </summary>
    [Range(1, 1_000_000)]
    public int QueueLimit { get; set; } = 10_000;

    /// <summary>
    /// How long a write or read may take, waiting and retries included, before it fails. Below the time that
    /// callers wait for an answer. 100 ms to 1 minute; default 4 seconds.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan Deadline { get; set; } = TimeSpan.FromSeconds(4);

    /// <summary>How long a single statement may run in the database. 50 ms to 1 minute; default 2 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.05", "00:01:00")]
    public TimeSpan StatementTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How long a statement waits for a row that another transaction has locked. A batch that waited longer is sent again and
    /// skips what is locked; the rows it left are retried until <see cref="Deadline"/>. It is short, since the whole batch waits,
    /// but longer than a commit. 1 ms to 10 seconds; default 20 ms.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:00:10")]
    public TimeSpan LockTimeout { get; set; } = TimeSpan.FromMilliseconds(20);

    /// <summary>
    /// Whether statements are prepared on their connection. False behind a pooler that hands out connections per
    /// transaction, at the price of planning each batch.
    /// </summary>
    public bool PrepareStatements { get; set; } = true;
}
