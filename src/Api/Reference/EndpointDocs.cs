using System.Reflection;

namespace Wingman.Reference;

/// <summary>One answer of an endpoint, for the API reference.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="When">When it is given.</param>
/// <param name="Body">The type of its body; null for the shape of errors.</param>
/// <param name="Example">The body as JSON, if it is worth showing.</param>
internal sealed record AnswerDocs(int Status, string When, Type? Body = null, string? Example = null);

/// <summary>A parameter of the path or the query, for the API reference.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Meaning">What it says.</param>
/// <param name="Type">The .NET type that it reads as.</param>
/// <param name="InQuery">Whether it is in the query, and may be left out, instead of in the path.</param>
internal sealed record ParameterDocs(string Name, string Meaning, Type Type, bool InQuery = false);

/// <summary>
/// What the API reference says of an endpoint. The endpoints bind nothing by reflection, so it is said here instead of being
/// read off a signature.
/// </summary>
internal sealed record EndpointDocs(string Tag, string Name, string Summary, string Description)
{
    /// <summary>The type of the body, if there is one.</summary>
    public Type? Body { get; init; }

    /// <summary>A body as JSON.</summary>
    public string? BodyExample { get; init; }

    /// <summary>The parameters.</summary>
    public IReadOnlyList<ParameterDocs> Parameters { get; init; } = [];

    /// <summary>The answers, without those that every endpoint gives.</summary>
    public IReadOnlyList<AnswerDocs> Answers { get; init; } = [];
}

/// <summary>Attaches the documentation to endpoints.</summary>
internal static class EndpointDocsExtensions
{
    // The reference lists only endpoints that name a method; ours are delegates, so this one stands for them.
    private static readonly MethodInfo Shown = ((Action)Nothing).Method;

    /// <summary>Shows the endpoint in the API reference.</summary>
    public static TBuilder WithDocs<TBuilder>(this TBuilder endpoint, EndpointDocs docs) where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata(docs, Shown).WithTags(docs.Tag).WithName(docs.Name).WithSummary(docs.Summary).WithDescription(docs.Description);

    private static void Nothing()
    {
    }
}
