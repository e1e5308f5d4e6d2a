using System.Net;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;

namespace Wingman.Webhooks;

/// <summary>What must hold of the receivers' settings. Each failure names the setting and says nothing of a secret or a URL.</summary>
internal sealed partial class WebhookOptionsRules : IValidateOptions<WebhookOptions>
{
    public ValidateOptionsResult Validate(string? name, WebhookOptions options)
    {
        List<string> failures = [];
        if (options.LongestRetry < options.FirstRetry) failures.Add($"{WebhookOptions.Section}:LongestRetry must not be below FirstRetry.");
        for (var index = 0; index < options.Receivers.Count; index++)
        {
            var receiver = options.Receivers[index];
            var setting = $"{WebhookOptions.Section}:Receivers:{index}";
            if (!Name().IsMatch(receiver.Name))
                failures.Add($"{setting}:Name must be 1 to 64 lower-case letters, digits and hyphens, beginning with a letter.");
            else if (options.Receivers.Count(other => other.Name == receiver.Name) > 1)
                failures.Add($"{setting}:Name '{receiver.Name}' is given to two receivers.");
            if (UrlFault(receiver) is { } fault) failures.Add($"{setting}:Url {fault}.");
            if (receiver.Secrets.Count is 0 or > 2) failures.Add($"{setting}:Secrets must be one secret, or two while one is exchanged.");
            if (receiver.Secrets.Any(static secret => WebhookSignature.KeyOf(secret) is null))
                failures.Add($"{setting}:Secrets must be whsec_ and 24 to 64 bytes in base64 each.");
            if (receiver.Events.FirstOrDefault(static type => !WebhookTypes.All.Contains(type)) is { } unknown)
                failures.Add($"{setting}:Events names '{unknown}'; there are {string.Join(", ", WebhookTypes.All)}.");
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static string? UrlFault(WebhookReceiverOptions receiver)
    {
        if (!Uri.TryCreate(receiver.Url, UriKind.Absolute, out var url) || url.Host.Length == 0) return "must be an absolute URL";
        if (url.Scheme != Uri.UriSchemeHttps && !(receiver.AllowHttp && url.Scheme == Uri.UriSchemeHttp))
            return "must be https; where http is meant, set AllowHttp";
        if (url.UserInfo.Length > 0 || url.Fragment.Length > 0) return "must have no user name and no fragment";

        // A name is resolved, and its addresses are checked, at each connection.
        return IPAddress.TryParse(url.DnsSafeHost, out var address) && !AddressRules.IsAllowed(address, receiver.AllowPrivateAddresses)
            ? "is at an address that is not allowed; where a private one is meant, set AllowPrivateAddresses"
            : null;
    }

    [GeneratedRegex(@"\A[a-z][a-z0-9-]{0,63}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Name();
}
