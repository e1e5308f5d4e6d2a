using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Metadata;

namespace Wingman.Wire;

/// <summary>
/// A success with a body. ASP.NET's own typed results send no length, which HEAD has to tell and the wire contract has always
/// told, and a charset that says nothing; otherwise this is <c>Ok&lt;T&gt;</c>.
/// </summary>
internal sealed class Answer<T> : IResult, IEndpointMetadataProvider, IStatusCodeHttpResult
{
    private readonly byte[] _json;

    /// <summary>Makes an answer. One that never changes may be kept and sent many times.</summary>
    public Answer(T value, int status = StatusCodes.Status200OK)
    {
        _json = JsonSerializer.SerializeToUtf8Bytes(value, WireJson.Options);
        StatusCode = status;
    }

    /// <summary>The status; a constant of the answer, whatever the interface allows.</summary>
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
