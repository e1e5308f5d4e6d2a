using System.Security.Cryptography;
using Microsoft.OpenApi;
using Scalar.AspNetCore;
using Wingman.Authentication;

namespace Wingman.Reference;

/// <summary>The API's description (<c>/openapi/v1.json</c>) and the page that shows it (<c>/docs</c>).</summary>
internal static class ApiReference
{
    private const int NonceBytes = 16;

    /// <summary>The name of the security scheme that every endpoint asks for.</summary>
    public const string BearerScheme = "bearer";

    /// <summary>The name of the security scheme for machines.</summary>
    public const string ServiceKeyScheme = "serviceKey";

    /// <summary>The name of the security scheme that stands in for it in Development.</summary>
    public const string TestHeaderScheme = "testHeader";

    /// <summary>Registers it.</summary>
    public static WebApplicationBuilder AddApiReference(this WebApplicationBuilder builder)
    {
        var development = builder.Environment.IsDevelopment();
        builder.Services.AddOpenApi("v1", options =>
        {
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
        routes.MapOpenApi().AllowAnonymous();
        routes.MapScalarApiReference("/docs", (options, http) =>
        {
            // The page loads nothing from elsewhere and runs no script but its own. It styles as it draws.
            var nonce = Convert.ToBase64String(RandomNumberGenerator.GetBytes(NonceBytes));
            options.WithNonce(nonce);
            http.Response.Headers.ContentSecurityPolicy = $"default-src 'self'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; "
                + "img-src 'self' data:; font-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
            options.Title = "Wingman API";
            // The page works without the internet: script from this process, fonts from the browser, nobody else is called.
            options.DefaultFonts = false;
            options.Telemetry = false;
            options.ProxyUrl = null;
            options.DisableAgent();
            options.DisableMcp();
        }).AllowAnonymous();
    }

    private static void Describe(OpenApiDocument document, bool development)
    {
        document.Info = new OpenApiInfo
        {
            Title = "Wingman",
            Version = "1",
            Description = "Two buddies finish a session; each confirms; when both have, the session is completed and each one's "
                + "reputation is credited, exactly once.",
        };
        // The one the reader has reached this page under.
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
        };
        schemes[ServiceKeyScheme] = new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.ApiKey,
            In = ParameterLocation.Header,
            Name = ServiceKeyHandler.Header,
            Description = "A service key, for machines: the service role without a user. Not looked at beside a token.",
        };
        if (development)
        {
            schemes[TestHeaderScheme] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.ApiKey,
                In = ParameterLocation.Header,
                Name = TestHeaderHandler.UserHeader,
                Description = $"Development only: the user's UUID, taken at its word. `{TestHeaderHandler.RoleHeader}: service_role` adds the role.",
            };
        }
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes = schemes;
    }
}
