using System.Text.Json;
using Microsoft.Net.Http.Headers;

namespace Wingman.Wire;

/// <summary>The body of every refusal except 422.</summary>
/// <param name="Detail">What is wrong, for people. The wording may change.</param>
/// <param name="Code">The same for programs: it never changes. Left out where the report that specifies the API fixes the body.</param>
internal sealed record ErrorBody(string Detail, RefusalCode? Code = null);

/// <summary>A refusal, encoded once. Endpoints keep theirs in static fields and name them to <see cref="RefusalDocsExtensions.Refuses"/>.</summary>
internal sealed class Refusal : IResult, IStatusCodeHttpResult
{
    private static readonly JsonSerializerOptions WithoutNulls = new(WireJson.Options)
    {
        DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull,
    };

    private readonly byte[] _json;

    /// <summary>Makes a refusal.</summary>
    /// <param name="status">The HTTP status.</param>
    /// <param name="code">The code, for programs.</param>
    /// <param name="detail">The text, for people.</param>
    /// <param name="isVerbatim">Whether the report fixes the body exactly, so that the code is only in the documentation.</param>
    /// <param name="isTransient">Whether a retry after a second may succeed.</param>
    public Refusal(int status, RefusalCode code, string detail, bool isVerbatim = false, bool isTransient = false)
    {
        (Status, Code, Detail, IsTransient) = (status, code, detail, isTransient);
        _json = JsonSerializer.SerializeToUtf8Bytes(new ErrorBody(detail, isVerbatim ? null : code), WithoutNulls);
    }

    /// <summary>The HTTP status.</summary>
    public int Status { get; }

    /// <summary>The code, for programs.</summary>
    public RefusalCode Code { get; }

    /// <summary>The text, for people.</summary>
    public string Detail { get; }

    /// <summary>Whether a retry after a second may succeed.</summary>
    public bool IsTransient { get; }

    /// <summary>The body.</summary>
    public ReadOnlySpan<byte> Json => _json;

    int? IStatusCodeHttpResult.StatusCode => Status;

    /// <inheritdoc/>
    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = Status;
        response.ContentType = WireJson.ContentType;
        response.ContentLength = _json.Length;
        if (Status == StatusCodes.Status401Unauthorized) response.Headers.WWWAuthenticate = "Bearer";
        if (IsTransient && !response.Headers.ContainsKey(HeaderNames.RetryAfter)) response.Headers.RetryAfter = "1";
        return response.Body.WriteAsync(_json).AsTask();
    }
}
