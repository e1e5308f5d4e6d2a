namespace Wingman.Silo.Operations.Support;

/// <summary>The operators' page: three files of this assembly, which load nothing from anywhere else.</summary>
internal static class SupportPage
{
    private const string Policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static readonly (string Path, string File, string Type)[] Files =
    [
        ("", "index.html", "text/html; charset=utf-8"),
        ("/support.js", "support.js", "text/javascript; charset=utf-8"),
        ("/support.css", "support.css", "text/css; charset=utf-8"),
    ];

    /// <summary>Maps the page under the group's path.</summary>
    public static void Map(IEndpointRouteBuilder support)
    {
        foreach (var (path, file, type) in Files)
        {
            var content = Read(file);
            support.MapGet(path, (HttpContext context) =>
            {
                var headers = context.Response.Headers;
                headers.ContentSecurityPolicy = Policy;
                headers.XContentTypeOptions = "nosniff";
                headers["Referrer-Policy"] = "no-referrer";
                headers.CacheControl = "no-cache";
                return TypedResults.Bytes(content, type);
            });
        }
    }

    private static byte[] Read(string file)
    {
        using var stream = typeof(SupportPage).Assembly.GetManifestResourceStream($"Wingman.Silo.Operations.Support.Page.{file}")
            ?? throw new InvalidOperationException($"The page's file {file} is not in the assembly.");
        using var content = new MemoryStream();
        stream.CopyTo(content);
        return content.ToArray();
    }
}
