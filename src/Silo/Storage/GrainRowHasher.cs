using System.Collections.Concurrent;
using System.Text;
using Orleans.Configuration;
using Orleans.Storage;

namespace Wingman.Silo.Storage;

/// <summary>Hashes keys and state names with the ADO.NET provider's own default hash function.</summary>
internal sealed class GrainRowHasher
{
    private readonly IHasher _hasher;
    private readonly ConcurrentDictionary<string, StateName> _names = new(StringComparer.Ordinal);

    public GrainRowHasher()
    {
        var options = new AdoNetGrainStorageOptions();
        new DefaultAdoNetGrainStorageOptionsHashPickerConfigurator().PostConfigure(null, options);
        _hasher = options.HashPicker.HashProviders.First();
    }

    /// <summary>The name with its hash, computed once.</summary>
    /// <exception cref="ArgumentException">The name is a generic CLR type's, which the stock provider would rewrite.</exception>
    public StateName Name(string name) => _names.GetOrAdd(name, static (name, hasher) =>
    {
        if (name.Contains('`', StringComparison.Ordinal))
            throw new ArgumentException($"The state name '{name}' contains a backtick: name states by a word, not by a generic type.", nameof(name));
        return new(name, hasher.Hash(Encoding.UTF8.GetBytes(name)));
    }, _hasher);

    /// <summary>Hashes a grain's key: its bytes, then the extension's, the whole in reverse, as the provider does.</summary>
    public int Hash(ReadOnlySpan<byte> key, string? extension)
    {
        var bytes = new byte[key.Length + (extension is null ? 0 : Encoding.UTF8.GetByteCount(extension))];
        key.CopyTo(bytes);
        if (extension is not null) Encoding.UTF8.GetBytes(extension, bytes.AsSpan(key.Length));
        Array.Reverse(bytes);
        return _hasher.Hash(bytes);
    }
}
