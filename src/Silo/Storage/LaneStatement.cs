using System.Globalization;
using Npgsql;
using NpgsqlTypes;

namespace Wingman.Silo.Storage;

/// <summary>
/// A set-based statement: array parameters, one element per row of the input. Belongs to one lane, which fills and runs it
/// again and again.
/// </summary>
internal abstract class LaneStatement
{
    private readonly List<NpgsqlParameter> _parameters = [];

    /// <summary>The statement's text, with positional parameters.</summary>
    public abstract string Sql { get; }

    /// <summary>The parameters, in their order.</summary>
    public IReadOnlyList<NpgsqlParameter> Parameters => _parameters;

    /// <summary>Adds an array parameter.</summary>
    /// <returns>The list that carries its elements.</returns>
    protected List<T> AddArray<T>(NpgsqlDbType elementType)
    {
        List<T> elements = [];
        _parameters.Add(new NpgsqlParameter<List<T>> { NpgsqlDbType = NpgsqlDbType.Array | elementType, TypedValue = elements });
        return elements;
    }

    /// <summary>Adds a parameter.</summary>
    /// <returns>Its placeholder.</returns>
    protected string Add(NpgsqlParameter parameter)
    {
        _parameters.Add(parameter);
        return string.Create(CultureInfo.InvariantCulture, $"${_parameters.Count}");
    }
}
