namespace Wingman.Wire;

/// <summary>The refusals of one endpoint, for the API's description. Those of every endpoint are not among them.</summary>
internal sealed record RefusalDocs(IReadOnlyList<Refusal> Refusals);

/// <summary>Attaches them.</summary>
internal static class RefusalDocsExtensions
{
    /// <summary>Says what the endpoint refuses with, so that the API's description shows it.</summary>
    public static TBuilder Refuses<TBuilder>(this TBuilder endpoint, params Refusal[] refusals) where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata(new RefusalDocs(refusals));
}
