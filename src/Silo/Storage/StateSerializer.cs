using System.Text.Json;
using Orleans.Storage;
using Wingman.State;

namespace Wingman.Silo.Storage;

/// <summary>The JSON form of our grains' states (<see cref="StateJson"/>), for either storage provider.</summary>
internal sealed class StateSerializer : IGrainStorageSerializer
{
    /// <inheritdoc/>
    public BinaryData Serialize<T>(T? input) => new(JsonSerializer.SerializeToUtf8Bytes(input, typeof(T), StateJson.Default));

    /// <inheritdoc/>
    public T? Deserialize<T>(BinaryData input) => (T?)JsonSerializer.Deserialize(input.ToMemory().Span, typeof(T), StateJson.Default);
}
