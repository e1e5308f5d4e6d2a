namespace Wingman.Demo;

/// <summary>
/// The page at <c>/</c> that shows one session as two phones. It signs in with test headers, so it exists in Development only.
/// </summary>
internal static class DemoPage
{
    private const string Policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static readonly (string Path, string File, string Type)[] Files =
    [
        ("/", "page.html", "text/html; charset=utf-8"),
        ("/page.css", "page.css", "text/css; charset=utf-8"),
        ("/page.js", "page.js", "text/javascript; charset=utf-8"),
        ("/stream.js", "stream.js", "text/javascript; charset=utf-8"),
    ];

    /// <summary>Maps the page in Development, and nothing elsewhere.</summary>
    public static void MapDemoPage(this WebApplication app)
    {
        if (!app.Environment.IsDevelopment())
            return;
        foreach (var (path, file, type) in Files)
            Map(app, path, Read(file), type);
        DemoNoShow.Map(app);
        DemoSilos.Map(app);
    }

    private static void Map(IEndpointRouteBuilder routes, string path, byte[] content, string type) => routes.MapGet(path, (HttpContext http) =>
    {
        var headers = http.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers["Referrer-Policy"] = "no-referrer";
        headers.CacheControl = "no-cache";
        return TypedResults.Bytes(content, type);
    }).AllowAnonymous().ExcludeFromDescription();

    private static byte[] Read(string file)
    {
        using var stream = typeof(DemoPage).Assembly.GetManifestResourceStream($"Wingman.Api.Demo.{file}")
            ?? throw new InvalidOperationException($"The page's file {file} is not in the assembly.");
        using var content = new MemoryStream();
        stream.CopyTo(content);
        return content.ToArray();
    }
}
