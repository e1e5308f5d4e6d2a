using Wingman.Silo.Hosting;

namespace Wingman.Demo;

/// <summary>
/// The page at <c>/</c> that shows one session as two phones. It signs in with test headers, so it exists in Development only.
/// </summary>
internal static class DemoPage
{
    private static readonly string[] Files = ["page.css", "page.js", "stream.js"];

    /// <summary>Maps the page in Development, and nothing elsewhere.</summary>
    public static void MapDemoPage(this WebApplication app)
    {
        if (!app.Environment.IsDevelopment()) return;
        var routes = app.MapGroup("").AllowAnonymous().ExcludeFromDescription();
        var page = new EmbeddedPage(typeof(DemoPage).Assembly, "Wingman.Api.Demo", images: "data:");
        page.Map(routes, "/", "page.html");
        foreach (var file in Files) page.Map(routes, $"/{file}", file);
        DemoNoShow.Map(app);
        DemoSilos.Map(app);
    }
}
