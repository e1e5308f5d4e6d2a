namespace Wingman.Wire;

/// <summary>All refusals that do not belong to a single endpoint, with the texts of the product's API contract.</summary>
internal static class Refusals
{
    public static readonly Refusal BadRequest = new(400, RefusalCode.BadRequest, "Bad Request");

    public static readonly Refusal Unauthorized =
        new(401, RefusalCode.Unauthenticated, "Authentication required. Please log in to access this resource.", isVerbatim: true);

    public static readonly Refusal NotService = new(403, RefusalCode.ServiceRoleRequired, "Access denied - service role required");

    public static readonly Refusal NotFound = new(404, RefusalCode.RouteNotFound, "Not Found");

    public static readonly Refusal MethodNotAllowed = new(405, RefusalCode.MethodNotAllowed, "Method Not Allowed");

    public static readonly Refusal TooSlow = new(408, RefusalCode.RequestTimeout, "The request body arrived too slowly");

    public static readonly Refusal TooLarge = new(413, RefusalCode.BodyTooLarge, $"The request body is larger than {JsonBody.MaxBytes} bytes");

    public static readonly Refusal NotJson =
        new(415, RefusalCode.NotJson, "The request body must be JSON in UTF-8 (Content-Type: application/json)");

    public static readonly Refusal TooManyRequests =
        new(429, RefusalCode.RateLimited, "Too many requests of this caller; nothing was done, try again later", isTransient: true);

    public static readonly Refusal StorageRefused = new(
        409, RefusalCode.StorageRefused, "The database refuses these values: something they refer to does not exist, or a constraint forbids them");

    public static readonly Refusal StorageFailed =
        new(500, RefusalCode.StorageFailed, "The database could not be read or written; retry the request to find out what was stored");

    public static readonly Refusal Unexpected = new(500, RefusalCode.Unexpected, "Internal server error");

    public static readonly Refusal StorageOverloaded =
        new(503, RefusalCode.StorageOverloaded, "The database is overloaded; nothing was done, try again in a moment", isTransient: true);

    public static readonly Refusal StorageUnavailable = new(
        503, RefusalCode.StorageUnavailable,
        "The database did not answer in time, or another transaction holds the row; the request may have been carried out, retry to find out",
        isTransient: true);

    public static readonly Refusal Conflict =
        new(503, RefusalCode.Conflict, "Others keep changing the same row; nothing was done, try again in a moment", isTransient: true);

    public static readonly Refusal Overloaded =
        new(503, RefusalCode.Overloaded, "Too many requests are in progress; nothing was done, try again in a moment", isTransient: true);

    public static readonly Refusal NoSilo =
        new(503, RefusalCode.NoSilo, "No silo can be reached right now; nothing was done, try again in a moment", isTransient: true);

    public static readonly Refusal OutcomeUnknown =
        new(503, RefusalCode.OutcomeUnknown, "No silo answered in time; the request may have been carried out, retry to find out", isTransient: true);

    public static readonly Refusal NoSigningKeys = new(
        503, RefusalCode.NoSigningKeys,
        "Tokens cannot be checked right now: their signing keys are not available; try again in a moment", isTransient: true);

    /// <summary>Those that every endpoint of the API may send.</summary>
    public static IReadOnlyList<Refusal> OfEveryEndpoint { get; } =
    [
        BadRequest, Unauthorized, TooManyRequests, StorageFailed, Unexpected,
        StorageOverloaded, StorageUnavailable, Conflict, Overloaded, NoSilo, OutcomeUnknown, NoSigningKeys,
    ];

    /// <summary>Those that an endpoint with a body may send in addition.</summary>
    public static IReadOnlyList<Refusal> OfBodies { get; } = [TooSlow, TooLarge, NotJson];
}
