using Npgsql;

namespace Wingman.Silo.Storage.Relational;

/// <summary>
/// The relational side of one kind of state: which rows of the product's tables a stored state means, and how a state is
/// made from rows that were there before. One class per grain says it all.
/// </summary>
/// <param name="stateName">The state's name.</param>
internal abstract class RowMapping(string stateName)
{
    /// <summary>The state's name, unique among the mappings.</summary>
    public string StateName { get; } = stateName;

    /// <summary>
    /// The common table expression, available to <see cref="WriteSql"/>, with one row per state that won its version
    /// check in this statement, and the columns that the mapping defines.
    /// </summary>
    public string Won => $"{StateName}_won";

    /// <summary>
    /// Data-modifying common table expressions, comma separated, that turn the rows of <see cref="Won"/> into rows of
    /// tables. They run in the statement that stores the states. Tables are to be reached by their keys only, in the
    /// order of the keys where another statement may touch the same rows.
    /// </summary>
    /// <param name="isRepeat">
    /// Whether the batch was sent before and failed. A first attempt may take it that rows which are inserted once are not
    /// there yet, which spares looking for them: should one be there, the statement fails on its key, and the repeat steps
    /// over it.
    /// </param>
    public abstract string WriteSql(bool isRepeat);

    /// <summary>
    /// A condition under which a first write may pass, given a function that spells a column's new value; null for none.
    /// Until then the rows are the product's, and what it did to them since they were adopted is not to be undone: a
    /// state that no longer follows from them is a conflict like any other.
    /// </summary>
    public virtual Func<Func<string, string>, string>? FirstWriteGuard => null;

    /// <summary>
    /// A query of at most one row that yields what <see cref="Adopt"/> reads, for the UUID key <c>i.guid</c>; its column
    /// <c>adopted</c> is true.
    /// </summary>
    public abstract string AdoptSql { get; }

    /// <summary>The names of the columns of <see cref="AdoptSql"/> in the order in which <see cref="Adopt"/> reads them.</summary>
    public abstract IReadOnlyList<string> AdoptColumns { get; }

    /// <summary>The columns of <see cref="Won"/>, each fed from an array parameter.</summary>
    /// <returns>Fresh columns with parameters of their own, for one prepared statement.</returns>
    public abstract IReadOnlyList<RowColumn> CreateColumns();

    /// <summary>
    /// The row that the state's write changes and that the write of another mapping's state may change too, or null. In one
    /// statement Postgres lets a row change once, and drops a second change without a word: such writes never share one.
    /// </summary>
    /// <param name="key">The state's key.</param>
    /// <param name="state">The state, or null.</param>
    public virtual Guid? SharedRow(in GrainRowKey key, object? state) => null;

    /// <summary>Makes a state from the product's rows.</summary>
    /// <param name="reader">At a row of the batched read.</param>
    /// <param name="first">The ordinal of the first of <see cref="AdoptColumns"/>.</param>
    /// <returns>The state.</returns>
    public abstract object Adopt(NpgsqlDataReader reader, int first);
}
