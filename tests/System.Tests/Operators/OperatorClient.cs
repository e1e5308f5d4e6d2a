using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace Wingman.SystemTests.Operators;

/// <summary>An answer of an operators' port.</summary>
internal sealed record OperatorAnswer(int Status, string Body, string? Location, IReadOnlyList<string> Cookies);

/// <summary>Works as a browser at an operators' port, but does not follow redirects, and shows its cookies.</summary>
internal sealed partial class OperatorClient(Uri host) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false });

    /// <summary>The cookies it has been given, by name.</summary>
    public Dictionary<string, string> Cookies { get; } = [];

    /// <summary>The cookie of the sign-in.</summary>
    public KeyValuePair<string, string> SignInCookie => Cookies.Single(static cookie => cookie.Key.StartsWith("wingman-operator-", StringComparison.Ordinal));

    /// <summary>Requests a page, as a person does who follows a link.</summary>
    public Task<OperatorAnswer> BrowseAsync(string path) => SendAsync(HttpMethod.Get, path, ("Accept", "text/html,application/xhtml+xml"));

    /// <summary>Requests data, as a page's script or a tool does.</summary>
    public Task<OperatorAnswer> FetchAsync(string path, params (string Name, string Value)[] headers) => SendAsync(HttpMethod.Get, path, headers);

    /// <summary>Requests data that may have no end, and reads the head of the answer only.</summary>
    public async Task<int> StatusAsync(string path)
    {
        using var request = Request(HttpMethod.Get, path);
        using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return (int)answer.StatusCode;
    }

    /// <summary>Opens the form and sends it.</summary>
    public async Task<OperatorAnswer> SignInAsync(string name, string secret, string path = "/sign-in", bool withToken = true)
    {
        var form = await BrowseAsync(path);
        Dictionary<string, string> fields = new() { ["name"] = name, ["secret"] = secret };
        foreach (Match field in HiddenField().Matches(form.Body))
        {
            if (withToken || field.Groups[1].Value == "return") fields[field.Groups[1].Value] = WebUtility.HtmlDecode(field.Groups[2].Value);
        }

        return await PostAsync("/sign-in", fields);
    }

    /// <summary>Sends a form.</summary>
    public Task<OperatorAnswer> PostAsync(string path, IReadOnlyDictionary<string, string> fields, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Post, path, headers, new FormUrlEncodedContent(fields));

    /// <summary>Sends JSON, as the support page's script does.</summary>
    public Task<OperatorAnswer> PostJsonAsync(string path, string json, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Post, path, headers, new StringContent(json, Encoding.UTF8, "application/json"));

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private Task<OperatorAnswer> SendAsync(HttpMethod method, string path, params (string Name, string Value)[] headers) => SendAsync(method, path, headers, null);

    private async Task<OperatorAnswer> SendAsync(HttpMethod method, string path, (string Name, string Value)[] headers, HttpContent? content)
    {
        using var request = Request(method, path);
        request.Content = content;
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        using var answer = await _http.SendAsync(request);
        List<string> given = answer.Headers.TryGetValues("Set-Cookie", out var cookies) ? [.. cookies] : [];
        foreach (var pair in given.Select(static cookie => cookie.Split(';')[0].Split('=', 2))) Cookies[pair[0]] = pair[1];
        return new((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(), answer.Headers.Location?.OriginalString, given);
    }

    private HttpRequestMessage Request(HttpMethod method, string path)
    {
        var request = new HttpRequestMessage(method, new Uri(host, path));
        if (Cookies.Count > 0) request.Headers.Add("Cookie", string.Join("; ", Cookies.Select(static cookie => $"{cookie.Key}={cookie.Value}")));
        return request;
    }

    [GeneratedRegex("""<input type="hidden" name="([^"]*)" value="([^"]*)">""")]
    private static partial Regex HiddenField();
}
