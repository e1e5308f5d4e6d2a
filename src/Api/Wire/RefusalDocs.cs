namespace Wingman.Wire;

/// <summary>The refusals of one endpoint, for the API's description, without those that all endpoints share.</summary>
internal sealed record RefusalDocs(IReadOnlyList<Refusal> Refusals);

/// <summary>Attaches them.</summary>
internal static class RefusalDocsExtensions
{
    /// <summary>Names the endpoint's refusals, so that the API's description shows them.</summary>
    public static TBuilder Refuses<TBuilder>(this TBuilder endpoint, params Refusal[] refusals) where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata(new RefusalDocs(refusals));
}
