using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Net.Http.Headers;

namespace Wingman.Wire;

/// <summary>The body of every refusal except 422.</summary>
/// <param name="Detail">What is wrong, for people. The wording may change.</param>
/// <param name="Code">The same for programs: it never changes. Left out where the product's API contract fixes the body.</param>
internal sealed record ErrorBody(string Detail, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] RefusalCode? Code = null);

/// <summary>A refusal, encoded once. Endpoints keep theirs in static fields and name them to <see cref="RefusalExtensions.Refuses"/>.</summary>
/// <param name="status">The HTTP status.</param>
/// <param name="code">The code, for programs.</param>
/// <param name="detail">The text, for people.</param>
/// <param name="isVerbatim">Whether the product's API contract fixes the body exactly, so that the code is only in the documentation.</param>
/// <param name="isTransient">Whether a retry after a second may succeed.</param>
internal sealed class Refusal(int status, RefusalCode code, string detail, bool isVerbatim = false, bool isTransient = false) : IResult
{
    private readonly byte[] _json = JsonSerializer.SerializeToUtf8Bytes(new ErrorBody(detail, isVerbatim ? null : code), WireJson.Options);

    /// <summary>The HTTP status.</summary>
    public int Status { get; } = status;

    /// <summary>The code, for programs.</summary>
    public RefusalCode Code { get; } = code;

    /// <summary>The text, for people.</summary>
    public string Detail { get; } = detail;

    /// <summary>Whether a retry after a second may succeed.</summary>
    public bool IsTransient { get; } = isTransient;

    /// <summary>The body.</summary>
    public ReadOnlySpan<byte> Json => _json;

    /// <inheritdoc/>
    public Task ExecuteAsync(HttpContext httpContext)
    {
        var headers = httpContext.Response.Headers;
        if (Status == StatusCodes.Status401Unauthorized) headers.WWWAuthenticate = "Bearer";
        if (IsTransient && !headers.ContainsKey(HeaderNames.RetryAfter)) headers.RetryAfter = "1";
        return WireJson.SendAsync(httpContext.Response, Status, _json);
    }
}

/// <summary>Names the refusals of an endpoint.</summary>
internal static class RefusalExtensions
{
    /// <summary>Adds them to the endpoint's metadata, so that the API's description shows them. Those that all endpoints share are not named.</summary>
    public static TBuilder Refuses<TBuilder>(this TBuilder endpoint, params Refusal[] refusals) where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata([.. refusals]);
}
