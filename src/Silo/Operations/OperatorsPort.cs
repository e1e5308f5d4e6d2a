namespace Wingman.Silo.Operations;

/// <summary>On which port an endpoint may be reached. Endpoints without it belong to the public port alone.</summary>
internal sealed record PortMetadata(bool IsPublic)
{
    /// <summary>Reachable on the operators' port only.</summary>
    public static readonly PortMetadata Operators = new(false);

    /// <summary>Reachable on both ports.</summary>
    public static readonly PortMetadata Both = new(true);
}

/// <summary>
/// Tells the two ports apart by the socket that a request came in on, which a client cannot choose, rather than by its
/// Host header, which it can.
/// </summary>
internal sealed class OperatorsPort(RequestDelegate next, int port)
{
    public Task InvokeAsync(HttpContext context)
    {
        var metadata = context.GetEndpoint()?.Metadata.GetMetadata<PortMetadata>();
        var isOperators = context.Connection.LocalPort == port;
        var isAllowed = isOperators ? metadata is not null : metadata is null or { IsPublic: true };
        if (isAllowed) return next(context);

        if (isOperators)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }

        // As if there were no such route: whoever answers unknown routes answers this one.
        context.SetEndpoint(null);
        return next(context);
    }
}
