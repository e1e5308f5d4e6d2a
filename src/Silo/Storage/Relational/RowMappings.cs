namespace Wingman.Silo.Storage.Relational;

/// <summary>The relational sides there are. A grain with rows of its own is added here.</summary>
internal sealed class RowMappings
{
    private readonly RowMapping[] _mappings;

    /// <summary>Our grains' mappings.</summary>
    public RowMappings() : this(new SessionRows(), new MatchRows())
    {
    }

    /// <summary>These mappings only; none for a storage without a relational side.</summary>
    public RowMappings(params RowMapping[] mappings) => _mappings = mappings;

    public IReadOnlyList<RowMapping> All => _mappings;

    /// <summary>The mapping of a state, or null if the state has no relational side.</summary>
    public RowMapping? Find(string stateName)
    {
        foreach (var mapping in _mappings)
        {
            if (mapping.StateName == stateName) return mapping;
        }

        return null;
    }
}
