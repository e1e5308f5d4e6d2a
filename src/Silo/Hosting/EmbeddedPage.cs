using System.Reflection;

namespace Wingman.Silo.Hosting;

/// <summary>A page whose files are resources of an assembly, and which loads nothing from anywhere else.</summary>
/// <param name="assembly">The assembly that contains the files.</param>
/// <param name="folder">What the names of the page's resources begin with, without the last dot.</param>
/// <param name="images">The source of images that the page's content security policy allows.</param>
internal sealed class EmbeddedPage(Assembly assembly, string folder, string images)
{
    private readonly string _policy =
        $"default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src {images}; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>Maps one file of the page.</summary>
    /// <param name="routes">Where to map it.</param>
    /// <param name="path">The path of its URL.</param>
    /// <param name="file">The file's name.</param>
    public void Map(IEndpointRouteBuilder routes, string path, string file)
    {
        var content = Read(file);
        var type = TypeOf(file);
        routes.MapGet(path, (HttpContext context) =>
        {
            var headers = context.Response.Headers;
            headers.ContentSecurityPolicy = _policy;
            headers["Referrer-Policy"] = "no-referrer";
            headers.CacheControl = "no-cache";
            return TypedResults.Bytes(content, type);
        });
    }

    private static string TypeOf(string file) => Path.GetExtension(file) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        var other => throw new ArgumentException($"A page has no files of the type {other}.", nameof(file)),
    };

    private byte[] Read(string file)
    {
        using var stream = assembly.GetManifestResourceStream($"{folder}.{file}")
            ?? throw new InvalidOperationException($"The page's file {file} is not in the assembly.");
        using var content = new MemoryStream();
        stream.CopyTo(content);
        return content.ToArray();
    }
}
