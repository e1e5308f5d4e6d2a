using System.Globalization;
using System.Net.Mime;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Wingman.Wire;

namespace Wingman.Reference;

/// <summary>Writes an endpoint's <see cref="EndpointDocs"/> into the API's description.</summary>
internal sealed class OperationWriter(IHostEnvironment environment) : IOpenApiOperationTransformer
{
    private static readonly AnswerDocs[] Always =
    [
        new(401, "No token, or none that is believed.", Example: """{"detail":"Authentication required. Please log in to access this resource."}"""),
        new(500, "The database failed, or something nobody expected.", Example: """{"detail":"Internal server error"}"""),
        new(503, "No silo can be reached, or too much is in progress. `Retry-After` says when to try again.",
            Example: """{"detail":"No silo can be reached right now; nothing was done, try again in a moment"}"""),
    ];

    private static readonly AnswerDocs[] WithBody =
    [
        new(413, "The body is too large."),
        new(415, "The body is not JSON."),
    ];

    /// <inheritdoc/>
    public async Task TransformAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        if (context.Description.ActionDescriptor.EndpointMetadata.OfType<EndpointDocs>().SingleOrDefault() is not { } docs)
            return;

        operation.Security = [Requires(context.Document, ApiReference.BearerScheme), Requires(context.Document, ApiReference.ServiceKeyScheme)];
        if (environment.IsDevelopment())
            operation.Security.Add(Requires(context.Document, ApiReference.TestHeaderScheme));
        operation.Parameters = [];
        foreach (var parameter in docs.Parameters)
            operation.Parameters.Add(await ParameterAsync(parameter, context, cancellationToken));
        if (docs.Body is not null)
            operation.RequestBody = new OpenApiRequestBody { Required = true, Content = await ContentAsync(docs.Body, docs.BodyExample, context, cancellationToken) };

        operation.Responses = [];
        var answers = docs.Answers.Concat(Always).Concat(docs.Body is null ? [] : WithBody);
        foreach (var answer in answers.OrderBy(answer => answer.Status))
        {
            var body = answer.Body ?? (answer.Status == StatusCodes.Status422UnprocessableEntity ? typeof(FieldErrorsView) : typeof(ErrorView));
            operation.Responses[answer.Status.ToString(CultureInfo.InvariantCulture)] = new OpenApiResponse
            {
                Description = answer.When,
                Content = await ContentAsync(body, answer.Example, context, cancellationToken),
            };
        }
    }

    private static OpenApiSecurityRequirement Requires(OpenApiDocument? document, string scheme) =>
        new() { [new OpenApiSecuritySchemeReference(scheme, document)] = [] };

    private static async Task<IOpenApiParameter> ParameterAsync(
        ParameterDocs docs, OpenApiOperationTransformerContext context, CancellationToken cancellation) => new OpenApiParameter
        {
            Name = docs.Name,
            In = docs.InQuery ? ParameterLocation.Query : ParameterLocation.Path,
            Required = !docs.InQuery,
            Description = docs.Meaning,
            Schema = await context.GetOrCreateSchemaAsync(docs.Type, cancellationToken: cancellation),
        };

    private static async Task<Dictionary<string, OpenApiMediaType>> ContentAsync(
        Type type, string? example, OpenApiOperationTransformerContext context, CancellationToken cancellation) => new()
        {
            [MediaTypeNames.Application.Json] = new OpenApiMediaType
            {
                Schema = await NamedSchemaAsync(type, context, cancellation),
                Example = example is null ? null : JsonNode.Parse(example),
            },
        };

    private static async Task<IOpenApiSchema> NamedSchemaAsync(Type type, OpenApiOperationTransformerContext context, CancellationToken cancellation)
    {
        var schema = await context.GetOrCreateSchemaAsync(type, cancellationToken: cancellation);
        if (context.Document is not { } document)
            return schema;
        document.AddComponent(type.Name, schema);
        return new OpenApiSchemaReference(type.Name, document);
    }
}
