using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Wingman.Silo.Operations.SignIn;

/// <summary>Signs operators in and out.</summary>
internal sealed partial class SignInEndpoints(
    IOptions<OperatorSettings> operators, OperatorPolicy policy, IAntiforgery antiforgery,
    IConfiguration configuration, IHostEnvironment environment, ILogger<SignInEndpoints> logger)
{
    private const int MaxFormBytes = 16 * 1024;
    private const string FormIsOld = "The form is too old or was not sent by this page: try again.";
    private const string NotKnown = "The name or the secret is wrong.";

    private readonly bool _hasDashboard = Dashboard.IsWanted(configuration, environment);

    private string Home => OperatorsGroup.HomeOf(_hasDashboard);

    /// <summary>Maps the form and what it sends to.</summary>
    public static void Map(IEndpointRouteBuilder endpoints)
    {
        var anonymous = endpoints.MapGroup("").AllowAnonymous();
        anonymous.MapGet(OperatorSignIn.Path, static (HttpContext http, SignInEndpoints page) => page.ShowAsync(http));
        anonymous.MapPost(OperatorSignIn.Path, static (HttpContext http, SignInEndpoints page) => page.SignInAsync(http))
            .RequireRateLimiting(OperatorSignIn.Limit)
            .WithMetadata(new Microsoft.AspNetCore.Mvc.RequestSizeLimitAttribute(MaxFormBytes));
        anonymous.MapPost("/sign-out", static (HttpContext http, SignInEndpoints page) => page.SignOutAsync(http))
            .WithMetadata(new Microsoft.AspNetCore.Mvc.RequestSizeLimitAttribute(MaxFormBytes));
    }

    private async Task<IResult> ShowAsync(HttpContext http)
    {
        if (policy.IsOpenTo(http)) return Results.Redirect(Home);
        if (Refusal() is { } refusal) return refusal;
        return await policy.FindAsync(http) is { } name
            ? SignInPage.SignedIn(http, antiforgery, name, _hasDashboard)
            : SignInPage.Form(http, antiforgery, PathOf(http.Request.Query[SignInPage.ReturnParameter]));
    }

    private async Task<IResult> SignInAsync(HttpContext http)
    {
        if (Refusal() is { } refusal) return refusal;
        if (!http.Request.HasFormContentType) return Results.StatusCode(StatusCodes.Status415UnsupportedMediaType);

        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        var returnTo = PathOf(form[SignInPage.ReturnParameter]);
        if (!await antiforgery.IsRequestValidAsync(http))
            return SignInPage.Form(http, antiforgery, returnTo, FormIsOld, StatusCodes.Status400BadRequest);

        var (name, secret) = (form[SignInPage.NameField].ToString(), form[SignInPage.SecretField].ToString());
        var hashes = operators.Value.Hashes.GetValueOrDefault(name);
        if (secret.Length > OperatorSecret.MaxLength || OperatorSecret.FindHash(secret, hashes) is not { } hash)
        {
            // The name that was given may be anything, a secret in the wrong field included: only a known one is logged.
            LogRefused(hashes is null ? "nobody known" : name, http.Connection.RemoteIpAddress);
            return SignInPage.Form(http, antiforgery, returnTo, NotKnown, StatusCodes.Status401Unauthorized);
        }

        await http.SignInAsync(OperatorPolicy.Name, OperatorPolicy.PrincipalOf(name, hash));
        LogSignedIn(name, http.Connection.RemoteIpAddress);
        // Not 307, with which the browser would send the form's content to the next address too.
        http.Response.Headers.Location = returnTo;
        return Results.StatusCode(StatusCodes.Status303SeeOther);
    }

    private async Task<IResult> SignOutAsync(HttpContext http)
    {
        if (!await antiforgery.IsRequestValidAsync(http)) return SignInPage.Message(StatusCodes.Status400BadRequest, FormIsOld);

        await http.SignOutAsync(OperatorPolicy.Name);
        http.Response.Headers.Location = OperatorSignIn.Path;
        return Results.StatusCode(StatusCodes.Status303SeeOther);
    }

    private IResult? Refusal() => operators.Value.Hashes.Count > 0 ? null : SignInPage.Message(
        StatusCodes.Status403Forbidden,
        $"No operator is configured: run ./wingman operator <name>, and set what it prints under {OperatorSettings.Section}.");

    // Only to this host: an address that begins with two slashes, or a slash and a backslash, leads elsewhere.
    private string PathOf(string? given) =>
        given is ['/', ..] and not ['/', '/' or '\\', ..] && !given.Any(char.IsControl) && Uri.IsWellFormedUriString(given, UriKind.Relative) ? given : Home;

    [LoggerMessage(Level = LogLevel.Information, Message = "Operator {Operator} signed in from {Address}")]
    private partial void LogSignedIn(string @operator, System.Net.IPAddress? address);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A sign-in as {Operator} from {Address} was refused")]
    private partial void LogRefused(string @operator, System.Net.IPAddress? address);
}
