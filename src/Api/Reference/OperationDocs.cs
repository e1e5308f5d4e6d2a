using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Wingman.Wire;

namespace Wingman.Reference;

/// <summary>
/// Adds to ASP.NET's description of the handlers what their signatures do not contain: the body, the refusals with their codes, and who
/// may call.
/// </summary>
internal sealed class OperationDocs(bool development) : IOpenApiOperationTransformer
{
    private const string FieldErrorExample =
        """{"detail":[{"type":"missing","loc":["body","session_id"],"msg":"Field required","input":{}}]}""";

    private const string EventStream = "text/event-stream";

    // A schema and its example describe one JSON value. The lines of a stream can only be described in words.
    private const string StreamOfEvents =
        """
        The stream. The schema is that of each event's `data`, which is one line of JSON. For example, this is what a client receives that
        has missed a confirmation (the session is shortened here):

        ```
        event: confirmed
        data: {"user_id":"9c2e6b1d-51c9-4a0b-b1de-3e8f5d6a4b44","at":"2030-01-01T19:00:00.123456Z"}

        event: state
        data: {"session":{"id":"6f1b9d52-7c1c-4a4e-9a58-0c9a3c5d2e11","status":"scheduled"}}
        id: 811:811:
        retry: 1382

        event: heartbeat
        data: {"at":"2030-01-01T19:00:15.123456Z"}

        event: closing
        data: {"reason":"stopping"}
        ```
        """;

    /// <inheritdoc/>
    public async Task TransformAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        var parameters = metadata.OfType<IParameterBindingMetadata>().ToArray();
        if (parameters.FirstOrDefault(parameter => parameter.HasBindAsync)?.ParameterInfo.ParameterType is { } body)
        {
            operation.Parameters = [.. (operation.Parameters ?? []).Where(parameter => parameter.In is ParameterLocation.Path or ParameterLocation.Query)];
            operation.RequestBody = new OpenApiRequestBody { Required = true, Content = Content(await SchemaAsync(body, context, cancellationToken)) };
        }

        foreach (var parameter in (operation.Parameters ?? []).Where(parameter => parameter.In == ParameterLocation.Path))
        {
            // Every id in a path is a UUID, also where the handler reads it as a text so that it can refuse it with a message of its own.
            if (parameter.Schema is OpenApiSchema { Type: JsonSchemaType.String, Format: null } text) text.Format = "uuid";
        }

        var refusals = metadata.OfType<Refusal>()
            .Concat(Refusals.OfEveryEndpoint).Concat(operation.RequestBody is null ? [] : Refusals.OfBodies);
        var error = await SchemaAsync(typeof(ErrorBody), context, cancellationToken);
        var responses = new SortedDictionary<string, IOpenApiResponse>(operation.Responses ?? [], StringComparer.Ordinal);
        foreach (var ofStatus in refusals.GroupBy(refusal => refusal.Status))
            responses[ofStatus.Key.ToString(CultureInfo.InvariantCulture)] = Response(ofStatus, error);
        if (operation.RequestBody is not null || parameters.Any(BareStatus.CanBeMisread))
        {
            responses["422"] = new OpenApiResponse
            {
                Description = "Parts of the request are wrong; each is named.",
                Content = Content(await SchemaAsync(typeof(FieldErrorsBody), context, cancellationToken), FieldErrorExample),
            };
        }

        foreach (var stream in responses.Values.OfType<OpenApiResponse>().Where(static response => response.Content?.ContainsKey(EventStream) == true))
            stream.Description = StreamOfEvents;

        operation.Responses = [];
        foreach (var (status, response) in responses) operation.Responses[status] = response;

        if (metadata.OfType<IAllowAnonymous>().Any()) return;
        operation.Security = [Requires(context.Document, ApiReference.BearerScheme), Requires(context.Document, ApiReference.ServiceKeyScheme)];
        if (development) operation.Security.Add(Requires(context.Document, ApiReference.TestHeaderScheme));
    }

    private static OpenApiResponse Response(IEnumerable<Refusal> refusals, IOpenApiSchema schema)
    {
        var content = Content(schema);
        content[WireJson.ContentType].Examples = refusals.DistinctBy(refusal => refusal.Code).ToDictionary(
            refusal => NameOf(refusal.Code),
            refusal => (IOpenApiExample)new OpenApiExample { Summary = refusal.Detail, Value = JsonNode.Parse(refusal.Json) });
        var response = new OpenApiResponse
        {
            Description = string.Join(" or ", refusals.Select(refusal => $"`{NameOf(refusal.Code)}`").Distinct()) + ".",
            Content = content,
        };
        if (refusals.Any(refusal => refusal.IsTransient))
        {
            response.Headers = new Dictionary<string, IOpenApiHeader>
            {
                ["Retry-After"] = new OpenApiHeader { Description = "Seconds to wait.", Schema = new OpenApiSchema { Type = JsonSchemaType.Integer } },
            };
        }

        return response;
    }

    private static string NameOf(RefusalCode code) => JsonNamingPolicy.SnakeCaseLower.ConvertName(code.ToString());

    private static OpenApiSecurityRequirement Requires(OpenApiDocument? document, string scheme) =>
        new() { [new OpenApiSecuritySchemeReference(scheme, document)] = [] };

    private static Dictionary<string, OpenApiMediaType> Content(IOpenApiSchema schema, string? example = null) => new()
    {
        [WireJson.ContentType] = new OpenApiMediaType { Schema = schema, Example = example is null ? null : JsonNode.Parse(example) },
    };

    private static async Task<IOpenApiSchema> SchemaAsync(Type type, OpenApiOperationTransformerContext context, CancellationToken cancellation)
    {
        var schema = await context.GetOrCreateSchemaAsync(type, cancellationToken: cancellation);
        context.Document!.AddComponent(type.Name, schema);
        return new OpenApiSchemaReference(type.Name, context.Document);
    }
}
