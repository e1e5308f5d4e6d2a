using Npgsql;
using NpgsqlTypes;

namespace Wingman.Silo.Storage;

/// <summary>A statement over rows of grain storage, whose keys are among its parameters.</summary>
internal abstract class StateStatement : LaneStatement
{
    /// <summary>The condition that finds the row <c>s</c> of an element <c>i</c> of the input, in a subquery for one row.</summary>
    protected const string SameKey = """
        s.grainidhash = i.idhash and s.grainidn0 = i.n0 and s.grainidn1 = i.n1 and s.graintypehash = i.typehash
        and s.graintypestring = i.type and s.serviceid = $1 and s.grainidextensionstring is not distinct from i.ext
        """;

    /// <summary>
    /// The same as the condition of a join, for elements that carry their service. A plan made when the table was empty, and
    /// known to be, prefers to read all of the index and to compare with each element: as long as a clause offers that way.
    /// None does: the first column is compared with an array, which can be looked up but not merged, and no column with a
    /// parameter of the statement.
    /// </summary>
    protected const string LookedUpKey = """
        s.grainidhash = any (array[i.idhash]) and s.grainidn0 = i.n0 and s.grainidn1 = i.n1 and s.graintypehash = i.typehash
        and s.graintypestring = i.type and s.serviceid = i.service and s.grainidextensionstring is not distinct from i.ext
        """;

    /// <summary>The array parameters of the keys, in the order of <see cref="KeyColumns"/>.</summary>
    protected const string KeyArrays = "$2::int4[], $3::int8[], $4::int8[], $5::int4[], $6::text[], $7::text[]";

    /// <summary>The names of the unnested keys.</summary>
    protected const string KeyColumns = "idhash, n0, n1, typehash, type, ext";

    private readonly List<int> _idHash;
    private readonly List<long> _n0;
    private readonly List<long> _n1;
    private readonly List<int> _typeHash;
    private readonly List<string> _type;
    private readonly List<string?> _extension;

    protected StateStatement(string serviceId)
    {
        Add(new NpgsqlParameter<string> { NpgsqlDbType = NpgsqlDbType.Text, TypedValue = serviceId });
        _idHash = AddArray<int>(NpgsqlDbType.Integer);
        _n0 = AddArray<long>(NpgsqlDbType.Bigint);
        _n1 = AddArray<long>(NpgsqlDbType.Bigint);
        _typeHash = AddArray<int>(NpgsqlDbType.Integer);
        _type = AddArray<string>(NpgsqlDbType.Text);
        _extension = AddArray<string?>(NpgsqlDbType.Text);
    }

    protected void ClearKeys()
    {
        _idHash.Clear();
        _n0.Clear();
        _n1.Clear();
        _typeHash.Clear();
        _type.Clear();
        _extension.Clear();
    }

    protected void AddKey(in GrainRowKey key)
    {
        _idHash.Add(key.IdHash);
        _n0.Add(key.N0);
        _n1.Add(key.N1);
        _typeHash.Add(key.TypeHash);
        _type.Add(key.Type);
        _extension.Add(key.Extension);
    }
}
