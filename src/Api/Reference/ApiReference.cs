using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Scalar.AspNetCore;
using Wingman.Authentication;

namespace Wingman.Reference;

/// <summary>The API's description (<c>/openapi/v1.json</c>) and the page that shows it (<c>/docs</c>).</summary>
internal static class ApiReference
{
    private const int NonceBytes = 16;
    private const string DocumentName = "v1";

    private const string About =
        """
        After a session, each of the two buddies confirms it. When both have confirmed, the session is completed and both users' reputations
        are credited, exactly once.

        **Errors.** Every refusal except 422 has a `detail` for people and, unless the body is fixed by the web app, a `code` for programs.
        The codes never change; new ones may be added. The answers below are listed by their codes, each with its body.

        **Limits.** A body has at most 32 KiB. A caller who sends more requests, or more requests that are answered 403 or 404, than the
        host allows is answered 429; an overloaded host answers 503. Both answers have `Retry-After`, in seconds.

        **Retries.** Reads, `PUT` and `confirm-completion` may be retried after any failure. Retry other calls only if the answer says that
        nothing was done.
        """;

    /// <summary>The name of the security scheme that every endpoint requires.</summary>
    public const string BearerScheme = "bearer";

    /// <summary>The name of the security scheme for machines.</summary>
    public const string ServiceKeyScheme = "serviceKey";

    /// <summary>The name of the security scheme that can be used instead in Development.</summary>
    public const string TestHeaderScheme = "testHeader";

    /// <summary>Registers it.</summary>
    public static WebApplicationBuilder AddApiReference(this WebApplicationBuilder builder)
    {
        var development = builder.Environment.IsDevelopment();
        builder.Services.AddOpenApi(DocumentName, options =>
        {
            // What answers GET answers HEAD too, without the body: to describe it once is enough.
            options.ShouldInclude = operation => operation.HttpMethod != HttpMethods.Head;
            options.AddOperationTransformer(new OperationDocs(development));
            options.AddSchemaTransformer(FieldDocs.DescribeAsync);
            options.AddDocumentTransformer((document, _, _) =>
            {
                Describe(document, development);
                return Task.CompletedTask;
            });
        });
        return builder;
    }

    /// <summary>Maps it. Anyone may read it.</summary>
    public static void MapApiReference(this IEndpointRouteBuilder routes)
    {
        // Made once. MapOpenApi() makes it again for each request, which costs much more than a call of the API, and anyone may ask for it.
        byte[]? description = null;
        routes.MapGet(
                $"/openapi/{DocumentName}.json",
                async () => TypedResults.Bytes(description ??= await DescribeAsync(routes.ServiceProvider), "application/json;charset=utf-8"))
            .AllowAnonymous().ExcludeFromDescription();
        routes.MapScalarApiReference("/docs", (options, http) =>
        {
            // The page loads nothing from other hosts and runs only its own scripts. They set styles, so inline styles are allowed.
            var nonce = Convert.ToBase64String(RandomNumberGenerator.GetBytes(NonceBytes));
            options.WithNonce(nonce);
            http.Response.Headers.ContentSecurityPolicy = $"default-src 'self'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; "
                + "img-src 'self' data:; font-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
            options.Title = "Wingman API";
            // The page works without the internet: its script comes from this process, its fonts from the browser.
            options.DefaultFonts = false;
            options.Telemetry = false;
            options.ProxyUrl = null;
            options.DisableAgent();
            options.DisableMcp();
        }).AllowAnonymous();
    }

    private static async Task<byte[]> DescribeAsync(IServiceProvider services)
    {
        var document = await services.GetRequiredKeyedService<IOpenApiDocumentProvider>(DocumentName).GetOpenApiDocumentAsync(CancellationToken.None);
        return Encoding.UTF8.GetBytes(await document.SerializeAsJsonAsync(OpenApiSpecVersion.OpenApi3_1, CancellationToken.None));
    }

    private static void Describe(OpenApiDocument document, bool development)
    {
        document.Info = new OpenApiInfo
        {
            Title = "Wingman",
            Version = "1",
            License = new OpenApiLicense { Name = "MIT", Identifier = "MIT" },
            Description = About,
        };
        document.Tags = new HashSet<OpenApiTag>
        {
            new() { Name = "Sessions", Description = "Schedule a session, confirm that it was completed, cancel it, watch it." },
            new() { Name = "Users", Description = "A user's reputation, and the credits that it is counted from." },
            new() { Name = "Matches", Description = "Accepted pairings of two users, which the product's backend registers." },
        };
        // The address at which the reader has opened this page.
        document.Servers = [new OpenApiServer { Url = "/" }];
        var schemes = new Dictionary<string, IOpenApiSecurityScheme>
        {
            [BearerScheme] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                BearerFormat = "JWT",
                Description = "A token of the configured issuer: `sub` is the user's UUID, `role` is `authenticated` or `service_role`.",
            },
            [ServiceKeyScheme] = InHeader(
                ServiceKeyHandler.Header, "A service key, for machines: the service role without a user. Ignored in a request that also has a token."),
        };
        if (development)
        {
            schemes[TestHeaderScheme] = InHeader(
                TestHeaderHandler.UserHeader,
                $"Development only: the user's UUID, not verified. `{TestHeaderHandler.RoleHeader}: service_role` adds the role.");
        }

        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes = schemes;
    }

    private static OpenApiSecurityScheme InHeader(string header, string description) => new()
    {
        Type = SecuritySchemeType.ApiKey,
        In = ParameterLocation.Header,
        Name = header,
        Description = description,
    };
}
