using Wingman.Silo.Hosting;

namespace Wingman.Silo.Operations.Support;

/// <summary>The operators' page.</summary>
internal static class SupportPage
{
    /// <summary>Maps the page under the group's path.</summary>
    public static void Map(IEndpointRouteBuilder support)
    {
        var page = new EmbeddedPage(typeof(SupportPage).Assembly, "Wingman.Silo.Operations.Support.Page", images: "'self'");
        page.Map(support, "", "index.html");
        page.Map(support, "/support.js", "support.js");
        page.Map(support, "/support.css", "support.css");
    }
}
