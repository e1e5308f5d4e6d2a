namespace Wingman.Silo.Operations.Support;

/// <summary>The operators' page.</summary>
internal static class SupportPage
{
    private const string Policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>Maps the page under the group's path.</summary>
    public static void Map(IEndpointRouteBuilder support) => EmbeddedPage.Map(
        support, typeof(SupportPage).Assembly, "Wingman.Silo.Operations.Support.Page", Policy,
        ("", "index.html", "text/html; charset=utf-8"),
        ("/support.js", "support.js", "text/javascript; charset=utf-8"),
        ("/support.css", "support.css", "text/css; charset=utf-8"));
}
