using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Metadata;

namespace Wingman.Wire;

/// <summary>
/// A success with a body. It differs from <c>Ok&lt;T&gt;</c> in two points: it sends the length, which HEAD and the wire contract require,
/// and no charset, which has no meaning for JSON.
/// </summary>
internal sealed class Answer<T> : IResult, IEndpointMetadataProvider, IStatusCodeHttpResult
{
    private readonly byte[] _json;

    /// <summary>Makes an answer. An answer that never changes may be kept and sent many times.</summary>
    public Answer(T value, int status = StatusCodes.Status200OK)
    {
        _json = JsonSerializer.SerializeToUtf8Bytes(value, WireJson.Options);
        StatusCode = status;
    }

    /// <summary>The status. It is never null, although the interface allows that.</summary>
    public int? StatusCode { get; }

    /// <inheritdoc/>
    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(T), [WireJson.ContentType]));

    /// <inheritdoc/>
    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = StatusCode!.Value;
        response.ContentType = WireJson.ContentType;
        response.ContentLength = _json.Length;
        return response.Body.WriteAsync(_json).AsTask();
    }
}
