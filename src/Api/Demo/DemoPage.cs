using Wingman.Silo.Operations;

namespace Wingman.Demo;

/// <summary>
/// The page at <c>/</c> that shows one session as two phones. It signs in with test headers, so it exists in Development only.
/// </summary>
internal static class DemoPage
{
    private const string Policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>Maps the page in Development, and nothing elsewhere.</summary>
    public static void MapDemoPage(this WebApplication app)
    {
        if (!app.Environment.IsDevelopment())
            return;
        EmbeddedPage.Map(
            app.MapGroup("").AllowAnonymous().ExcludeFromDescription(), typeof(DemoPage).Assembly, "Wingman.Api.Demo", Policy,
            ("/", "page.html", "text/html; charset=utf-8"),
            ("/page.css", "page.css", "text/css; charset=utf-8"),
            ("/page.js", "page.js", "text/javascript; charset=utf-8"),
            ("/stream.js", "stream.js", "text/javascript; charset=utf-8"));
        DemoNoShow.Map(app);
        DemoSilos.Map(app);
    }
}
