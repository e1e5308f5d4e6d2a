using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Metadata;

namespace Wingman.Wire;

/// <summary>
/// A success with a body. It differs from <c>Ok&lt;T&gt;</c> in two points: it sends the length, which HEAD and the product's API contract require,
/// and no charset, which has no meaning for JSON. An answer that never changes may be kept and sent many times.
/// </summary>
internal sealed class Answer<T>(T value, int status = StatusCodes.Status200OK) : IResult, IEndpointMetadataProvider
{
    private readonly byte[] _json = JsonSerializer.SerializeToUtf8Bytes(value, WireJson.Options);

    /// <inheritdoc/>
    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(T), [WireJson.ContentType]));

    /// <inheritdoc/>
    public Task ExecuteAsync(HttpContext httpContext) => WireJson.SendAsync(httpContext.Response, status, _json);
}
