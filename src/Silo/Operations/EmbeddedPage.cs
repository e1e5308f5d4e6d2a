using System.Reflection;

namespace Wingman.Silo.Operations;

/// <summary>A page whose files are embedded in an assembly, and which loads nothing from other hosts.</summary>
internal static class EmbeddedPage
{
    /// <summary>Maps the page's files.</summary>
    /// <param name="routes">Where.</param>
    /// <param name="assembly">The assembly with the files.</param>
    /// <param name="folder">What the names of the files begin with in the assembly.</param>
    /// <param name="policy">The page's content security policy.</param>
    /// <param name="files">The files: path, name and content type.</param>
    public static void Map(
        IEndpointRouteBuilder routes, Assembly assembly, string folder, string policy, params (string Path, string File, string Type)[] files)
    {
        foreach (var (path, file, type) in files)
        {
            var content = Read(assembly, $"{folder}.{file}");
            routes.MapGet(path, (HttpContext http) =>
            {
                var headers = http.Response.Headers;
                headers.ContentSecurityPolicy = policy;
                headers.XContentTypeOptions = "nosniff";
                headers["Referrer-Policy"] = "no-referrer";
                headers.CacheControl = "no-cache";
                return TypedResults.Bytes(content, type);
            });
        }
    }

    private static byte[] Read(Assembly assembly, string name)
    {
        using var stream = assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The page's file {name} is not in the assembly.");
        using var content = new MemoryStream();
        stream.CopyTo(content);
        return content.ToArray();
    }
}
