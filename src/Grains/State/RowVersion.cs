using System.Globalization;

namespace Wingman.State;

/// <summary>
/// The version of a row: its <c>xmin</c>, the id of the transaction that last wrote it. Transaction ids may be used again by
/// another server after a failover, so a version is valid in one era of the database only.
/// </summary>
/// <param name="Era">The era as this process numbers them: another one after each failover.</param>
/// <param name="Xmin">The row's <c>xmin</c>.</param>
internal readonly record struct RowVersion(int Era, uint Xmin)
{
    /// <summary>Reads an ETag.</summary>
    public static RowVersion? Parse(string? etag)
    {
        if (string.IsNullOrEmpty(etag)) return null;

        var packed = ulong.Parse(etag, CultureInfo.InvariantCulture);
        return new((int)(packed >> 32), (uint)packed);
    }

    /// <summary>
    /// Whether two ETags may be of the same write of a row: after a failover the row keeps its <c>xmin</c> on the new server. It is
    /// certain only if the row's values are the same too, since the new server may use the id for another transaction.
    /// </summary>
    public static bool MayBeOfOneWrite(string? one, string? other) => Parse(one)?.Xmin == Parse(other)?.Xmin;

    /// <summary>The version as an ETag: in the first era the <c>xmin</c> itself.</summary>
    public override string ToString() => (((ulong)Era << 32) | Xmin).ToString(CultureInfo.InvariantCulture);
}

/// <summary>A row as it was read, with its version.</summary>
internal readonly record struct Versioned<TState>(TState State, RowVersion Version);
