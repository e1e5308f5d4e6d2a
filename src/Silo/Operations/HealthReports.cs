using System.Text.Json;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Wingman.Silo.Operations;

/// <summary>Writes which checks pass, and no reason for a failure: health is answered on the public port too.</summary>
internal static class HealthReports
{
    public static async Task WriteAsync(HttpContext context, HealthReport report)
    {
        context.Response.ContentType = "application/json";
        await using var json = new Utf8JsonWriter(context.Response.BodyWriter);
        json.WriteStartObject();
        json.WriteString("status", NameOf(report.Status));
        json.WriteStartObject("checks");
        foreach (var (name, entry) in report.Entries) json.WriteString(name, NameOf(entry.Status));
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static string NameOf(HealthStatus status) => status == HealthStatus.Healthy ? "ready" : "not ready";
}
