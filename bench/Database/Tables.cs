namespace Wingman.Bench.Database;

/// <summary>Whose tables a run works on.</summary>
internal enum Tables
{
    /// <summary>As Wingman creates them in a database that has none.</summary>
    Fresh,

    /// <summary>As in the product: every index, no free space on the pages, and references to users and challenges.</summary>
    Product,
}
