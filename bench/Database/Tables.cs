namespace Wingman.Bench.Database;

/// <summary>Whose tables a run works on.</summary>
internal enum Tables
{
    /// <summary>As Wingman creates them in a database that has none.</summary>
    Fresh,

    /// <summary>As the product has them: every index, no room on the pages, users and challenges that are referred to.</summary>
    Product,
}
