using Wingman.Authentication;

namespace Wingman.Api.Tests.Authentication.Suite;

/// <summary>Every place a credential could be put in: a name, the status it must get, the path's query and the header lines.</summary>
internal static class RequestCases
{
    public static readonly IReadOnlyList<(string Name, int Status, Func<Forge, (string Query, string[] Headers)> Request)> All =
    [
        ("bearer: as usual", 200, f => ("", [$"Authorization: Bearer {f.Token()}"])),
        ("bearer: scheme in lower case", 200, f => ("", [$"authorization: bearer {f.Token()}"])),
        ("bearer: two headers, good and bad", 401, f => ("", [$"Authorization: Bearer {f.Token()}", "Authorization: Bearer x"])),
        ("bearer: two headers, bad and good", 401, f => ("", ["Authorization: Bearer x", $"Authorization: Bearer {f.Token()}"])),
        ("bearer: two headers, both good", 401, f => ("", [$"Authorization: Bearer {f.Token()}", $"Authorization: Bearer {f.Token()}"])),
        ("bearer: two headers, another scheme first", 401, f => ("", ["Authorization: Basic dTpw", $"Authorization: Bearer {f.Token()}"])),
        ("bearer: two in one header", 401, f => ("", [$"Authorization: Bearer {f.Token()}, Bearer {f.Token()}"])),
        ("bearer: the scheme twice", 401, f => ("", [$"Authorization: Bearer Bearer {f.Token()}"])),
        ("bearer: no scheme", 401, f => ("", [$"Authorization: {f.Token()}"])),
        ("bearer: another scheme", 401, f => ("", [$"Authorization: Token {f.Token()}"])),
        ("bearer: in quotation marks", 401, f => ("", [$"Authorization: Bearer \"{f.Token()}\""])),
        ("bearer: a parameter behind it", 401, f => ("", [$"Authorization: Bearer {f.Token()};x=1"])),
        ("bearer: nothing", 401, _ => ("", ["Authorization: Bearer"])),
        ("bearer: blanks", 401, _ => ("", ["Authorization: Bearer    "])),
        ("bearer: an empty header", 401, _ => ("", ["Authorization:"])),
        ("bearer: longer than the server reads", 431, _ => ("", [$"Authorization: Bearer {new string('a', 40 * 1024)}"])),
        ("elsewhere: in the query", 401, f => ($"?access_token={f.Token()}", [])),
        ("elsewhere: in the query, as Supabase's realtime takes it", 401, f => ($"?apikey={f.ServiceKey}&jwt={f.Token()}", [])),
        ("elsewhere: in a cookie", 401, f => ("", [$"Cookie: access_token={f.Token()}; sb-access-token={f.Token()}"])),
        ("elsewhere: in the proxy's header", 401, f => ("", [$"Proxy-Authorization: Bearer {f.Token()}"])),
        ("elsewhere: the test headers", 401, _ => ("", [$"X-Test-User-ID: {Forge.User}", "X-Test-Role: service_role"])),
        ("elsewhere: nothing at all", 401, _ => ("", [])),
        ("key: as usual", 200, f => ("", [$"apikey: {f.ServiceKey}"])),
        ("key: header in upper case", 200, f => ("", [$"APIKEY: {f.ServiceKey}"])),
        ("key: as bearer", 401, f => ("", [$"Authorization: Bearer {f.ServiceKey}"])),
        ("key: as bearer too", 401, f => ("", [$"apikey: {f.ServiceKey}", $"Authorization: Bearer {f.ServiceKey}"])),
        ("key: beside a bad token", 401, f => ("", [$"apikey: {f.ServiceKey}", $"Authorization: Bearer {f.With(("exp", "1"))}"])),
        ("key: beside an empty token", 401, f => ("", [$"apikey: {f.ServiceKey}", "Authorization:"])),
        ("key: beside another scheme", 401, f => ("", [$"apikey: {f.ServiceKey}", "Authorization: Basic dTpw"])),
        ("key: twice", 401, f => ("", [$"apikey: {f.ServiceKey}", $"apikey: {f.ServiceKey}"])),
        ("key: unknown", 401, _ => ("", ["apikey: wm_secret_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"])),
        ("key: empty", 401, _ => ("", ["apikey:"])),
        ("key: its hash", 401, f => ("", [$"apikey: {ServiceKey.HashOf(f.ServiceKey)}"])),
        ("key: in upper case", 401, f => ("", [$"apikey: {f.ServiceKey.ToUpperInvariant()}"])),
        ("key: a character short", 401, f => ("", [$"apikey: {f.ServiceKey[..^1]}"])),
        ("key: a character long", 401, f => ("", [$"apikey: {f.ServiceKey}A"])),
        ("key: without its prefix", 401, f => ("", [$"apikey: {f.ServiceKey[ServiceKey.Prefix.Length..]}"])),
        ("key: 20 KB", 401, _ => ("", [$"apikey: {new string('k', 20 * 1024)}"])),
        ("key: a user's token", 401, f => ("", [$"apikey: {f.Token()}"])),
        ("key: the project's public key, with a user's token", 200, f => ("", ["apikey: sb_publishable_0123456789", $"Authorization: Bearer {f.Token()}"])),
        ("key: the project's public key, alone", 401, _ => ("", ["apikey: sb_publishable_0123456789"])),
        ("key: the project's public key, as bearer too", 401, _ => ("", ["apikey: sb_publishable_0123456789", "Authorization: Bearer sb_publishable_0123456789"])),
    ];
}
