using System.Text;
using System.Text.Json.Nodes;
using CsCheck;

namespace Wingman.Api.Tests.Fuzz;

/// <summary>One thing that is done to a request. Those of lower stages are done first: values, then the body's bytes, then the rest.</summary>
internal sealed record Mutation(string Name, int Stage, Action<Draft> Apply)
{
    /// <summary>Generates others of its kind, of which a smaller one may do.</summary>
    public Gen<Mutation>? Kind { get; init; }
}

/// <summary>What can be wrong, or merely unusual, with a request.</summary>
internal static class Mutations
{
    private const int Values = 0;
    private const int Bytes = 1;
    private const int Head = 2;
    private const int Last = 3;

    // As JSON, so that lone surrogates and numbers that no type holds are possible.
    private static readonly string[] OddValues =
    [
        "null", "true", "0", "-1", "1e400", "1.5", "99999999999999999999", "253402300800", "-62135596801", "[]", "{}", "[[1]]", "\"\"", "\" \"",
        "\"\\u0000\"", "\"\\ud800\"", "\"\\udc00x\"", "\"------------------------------------\"", "\"00000000-0000-0000-0000-000000000000\"",
        "\"2B0F4A76-8A5E-4F63-8D0E-7F1D7A9B3C33\"", "\"{2b0f4a76-8a5e-4f63-8d0e-7f1d7a9b3c33}\"", "\"2b0f4a768a5e4f638d0e7f1d7a9b3c33\"",
        "\"2b0f4a76-8a5e-4f63-8d0e-7f1d7a9b3c3g\"", "\"2b0f4a76-8a5e-4f63-8d0e-7f1d7a9b3c33\\n\"", "\"9999-12-31T23:59:59.9999999Z\"",
        "\"9999-12-31T23:59:59-14:00\"", "\"0001-01-01T00:00:00+14:00\"", "\"2099-02-30T00:00:00Z\"", "\"2099-01-01T24:00:00Z\"", "\"2099-01-01\"",
        "\"infinity\"", "\"-infinity\"", "\"accepted\"", "\"ACCEPTED\"", "\"declined\"", "\"\\u202e\\ufeff\\ud83d\\ude00\"", "\"'; DROP TABLE x; --\"",
    ];

    private static readonly string[] OddTexts =
    [
        "%00", "%0a", "%2F", "%2e%2e", "..", ".", "%C0%80", "%ff", "%ED%A0%80", "{session_id}", "%", "%zz", "+", "%20", "-", "*", "null",
        "00000000-0000-0000-0000-000000000000", "------------------------------------", "2B0F4A76-8A5E-4F63-8D0E-7F1D7A9B3C33",
        "2b0f4a768a5e4f638d0e7f1d7a9b3c33", "%7B2b0f4a76-8a5e-4f63-8d0e-7f1d7a9b3c33%7D", "2b0f4a76-8a5e-4f63-8d0e-7f1d7a9b3c3g",
        "%32b0f4a76-8a5e-4f63-8d0e-7f1d7a9b3c33", "0", "-1", "101", "99999999999999999999", "1e3", "%D9%A3", "%F0%9F%98%80", "a;b=c", "a%3Fb", "a%23b",
    ];

    private static readonly string[] OddLines =
    [
        "Accept: text/html", "Accept: */*;q=0", "Accept: \u00ff", "Accept-Encoding: gzip, br", "Accept-Language: ", "Expect: 100-continue",
        "Content-Encoding: gzip", "X-HTTP-Method-Override: DELETE", "X-Test-User-ID: 2b0f4a76-8a5e-4f63-8d0e-7f1d7a9b3c33", "X-Test-Role: service_role",
        "apikey: x", "apikey: ", "apikey: wm_\u00e9", "Cookie: a=b; =; \u00e9", "Origin: null", "Origin: https://elsewhere.test",
        "Access-Control-Request-Method: POST", "Forwarded: for=127.0.0.1", "X-Forwarded-For: 10.0.0.1", "X-Forwarded-Proto: gopher", "Range: bytes=0-0",
        "If-None-Match: *", "If-Modified-Since: never", "Last-Event-ID: x", "Last-Event-ID: 0:0:", "Last-Event-ID: 99999999999999999999:1:",
        "Upgrade: h2c", "Upgrade: websocket", "Connection: keep-alive, x", "traceparent: 00-0-0-00", "traceparent: 00-00000000000000000000000000000000-0000000000000000-01",
        "baggage: \u00ff=,;", "Authorization: Bearer x", "Content-Type: text/plain", "Transfer-Encoding: identity",
    ];

    private static readonly string[] ContentTypes =
    [
        "", "text/plain", "application/xml", "application/json; charset=utf-16", "application/json; charset=\"", "application/json;;", "json", "*/*",
        "application/problem+json", "APPLICATION/JSON", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded", "application/json\u00ff",
    ];

    private static readonly string[] Methods =
        ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "get", "pOST", "X", "GET\u00ff", "G=T"];

    /// <summary>Any mutation.</summary>
    public static Gen<Mutation> Any { get; } = Gen.Frequency(
        (6, (IGen<Mutation>)Kind(FieldValues())), (2, Kind(FieldsMissing())), (3, Kind(FieldsAdded())), (4, BrokenBodies()), (3, Kind(OddBodies())), (5, Paths()),
        (3, Kind(Queries())), (5, Lines()), (2, Kind(Types())), (3, Kind(OtherMethods())), (1, Kind(Malformed())));

    /// <summary>Mutations that make the body of any operation with a body wrong, whatever other mutations the request has.</summary>
    public static Gen<Mutation> BrokenBodies() => Gen.Frequency(
        (1, (IGen<Mutation>)Kind(Gen.OneOf("", " ", "null", "[]", "1", "\"x\"", "true", "{", "{}", "{\"a\"", "{}}", "// no\n{}", "\0", "NaN", "{'a':1}", "{\"\\ud800\":1}", "{\"a\":1,\"a\":2}")
            .Select(text => new Mutation("a body of " + text, Last, draft => SetBody(draft, Encoding.UTF8.GetBytes(text)))))),
        (1, Kind(Gen.Byte.Array[1, 60].Select(bytes => new Mutation("a random body", Last, draft => SetBody(draft, [0xff, .. bytes]))))),
        (1, Kind(Gen.Int[1, 200].Select(depth => new Mutation("a nested body", Last, draft => SetBody(draft, Encoding.ASCII.GetBytes(new string('[', depth) + new string(']', depth))))))),
        (1, Kind(Gen.Int[1, 40].Select(count => new Mutation("a body cut short", Last, draft =>
        {
            // Other mutations may have added blanks or a second copy: what is left must not end as a whole object does.
            var whole = (draft.Body ?? []).AsSpan();
            SetBody(draft, whole[..Math.Max(0, whole.Length - count)].TrimEnd("} \t\r\n"u8).ToArray());
        })))),
        (1, Kind(Gen.Int[1, 9000].Select(more => new Mutation("a body too large", Last, draft => SetBody(draft, Encoding.ASCII.GetBytes("{\"x\":\"" + new string('x', 32 * 1024 + more) + "\"}")))))),
        (1, Kind(Gen.Const(new Mutation("a body in UTF-16", Last, draft => SetBody(draft, Encoding.Unicode.GetBytes(Encoding.UTF8.GetString(draft.Body ?? []))))))));

    private static Gen<Mutation> FieldValues() => Gen.Select(Gen.Int[0, 9], Gen.OneOf(OddValues)).Select((field, value) => new Mutation($"field {field} is {value}", Values, draft =>
    {
        if (draft.Json is { Count: > 0 } json) json[json.ElementAt(field % json.Count).Key] = new Placeholder(value).ToNode();
    }));

    private static Gen<Mutation> FieldsMissing() => Gen.Int[0, 9].Select(field => new Mutation($"field {field} is missing", Values, draft =>
    {
        if (draft.Json is { Count: > 0 } json) json.Remove(json.ElementAt(field % json.Count).Key);
    }));

    private static Gen<Mutation> FieldsAdded() => Gen.Select(Gen.String[0, 8], Gen.Int[0, 3000], Gen.Int[0, 2]).Select((name, length, where) => new Mutation("a long or unknown field", Values, draft =>
    {
        if (draft.Json is not { } json) return;
        if (where == 0 && json.Count > 0)
            json[json.ElementAt(name.Length % json.Count).Key] = new string('\u00e9', length);
        else
            json["x" + name.Replace('\0', 'x')] = length;
    }));

    private static Gen<Mutation> OddBodies() => Gen.OneOf("mark", "twice", "blanks", "chunks", "flip").SelectMany(kind => Gen.Int[0, 4000].Select(place => new Mutation("bytes: " + kind, Bytes, draft =>
    {
        if (draft.Body is not { Length: > 0 } body) return;
        if (kind == "mark")
            draft.Body = [0xef, 0xbb, 0xbf, .. body];
        else if (kind == "twice")
            draft.Body = [.. body, .. body];
        else if (kind == "blanks")
            draft.Body = [.. " \t\r\n"u8, .. body, .. "\n \n"u8];
        else if (kind == "chunks")
            draft.IsChunked = true;
        else
            body[place % body.Length] ^= (byte)(1 << (place % 8));
    })));

    private static Gen<Mutation> Paths() => Gen.Frequency(
        (4, (IGen<Mutation>)Kind(Gen.Select(Gen.OneOf(OddTexts), Gen.Int[0, 2]).Select((text, repeat) => new Mutation("an id of " + text, Head, draft => Replace(draft, string.Concat(Enumerable.Repeat(text, 1 + (repeat * 20)))))))),
        (1, Kind(Gen.Int[37, 3000].Select(length => new Mutation("a long id", Head, draft => Replace(draft, new string('a', length)))))),
        (1, Kind(Gen.OneOf("/", "/x", "//", "/..", "/.", "/%2e%2e/x", ";x", "%00", "/events/x").Select(text => new Mutation("a path ending in " + text, Head, draft =>
            (draft.Path, draft.IsElsewhere) = (draft.Path + text, true))))),
        (1, Kind(Gen.OneOf("/API", "//api", "/./api", "/api/..", "/x/../api", "/%61pi", "/apı", "").Select(text => new Mutation("a path beginning with " + text, Head, draft =>
            (draft.Path, draft.IsElsewhere) = (text + draft.Path["/api".Length..], true))))));

    private static Gen<Mutation> Queries() => Gen.Select(Gen.OneOf("limit", "cursor", "LIMIT", "use_cache", "", "session_id", "x"), Gen.OneOf(OddTexts), Gen.Bool)
        .Select((name, text, twice) => new Mutation($"?{name}={text}", Head, draft => draft.Query = $"?{name}={text}" + (twice ? $"&{name}={text}" : "")));

    private static Gen<Mutation> Lines() => Gen.Frequency(
        (8, (IGen<Mutation>)Kind(Gen.OneOf(OddLines).Select(line => new Mutation(line, Head, draft =>
        {
            draft.HeaderLines.Add(line);
            // The server itself refuses bytes beyond ASCII, and codings that it does not know.
            draft.MayBeMalformed |= line.Any(char.IsControl) || line.Any(one => one > 126) || line.StartsWith("Transfer-Encoding", StringComparison.Ordinal);
        })))),
        (1, Kind(Gen.Int[1, 120].Select(count => new Mutation($"{count} more headers", Head, draft =>
        {
            draft.HeaderLines.AddRange(Enumerable.Range(0, count).Select(static one => $"X-{one}: {one}"));
            draft.MayBeMalformed = true;
        })))),
        (1, Kind(Gen.Int[100, 40_000].Select(length => new Mutation("a long header", Head, draft =>
        {
            draft.HeaderLines.Add("X-Long: " + new string('x', length));
            draft.MayBeMalformed = true;
        })))));

    private static Gen<Mutation> Types() => Gen.OneOf(ContentTypes).Select(type => new Mutation("content type " + type, Head, draft =>
    {
        draft.ContentType = type;
        draft.MayBeMalformed |= type.Any(static one => one > 126);
    }));

    private static Gen<Mutation> OtherMethods() => Gen.OneOf(Methods).Select(method => new Mutation("method " + method, Head, draft =>
    {
        draft.Method = method;
        // The server takes any word for a method, and hands the request to the API.
        draft.MayBeMalformed |= !method.All(char.IsAsciiLetter);
    }));

    private static Gen<Mutation> Malformed() => Gen.OneOf("version", "no host", "two hosts", "colon", "space", "host").Select(kind => new Mutation("malformed: " + kind, Head, draft =>
    {
        draft.MayBeMalformed = true;
        if (kind == "version") draft.Version = "HTTP/9.9";
        if (kind is "no host" or "host") draft.HeaderLines.RemoveAll(static line => line.StartsWith("Host:", StringComparison.Ordinal));
        if (kind is not ("version" or "no host"))
            draft.HeaderLines.Add(kind switch { "host" => "Host: a b/c?", "two hosts" => "Host: y", "colon" => "no colon", _ => "X : y" });
    }));

    private static Gen<Mutation> Kind(Gen<Mutation> kind) => kind.Select(mutation => mutation with { Kind = kind });

    private static void SetBody(Draft draft, byte[] body) => draft.Body = body;

    // Puts a text where the path has an id.
    private static void Replace(Draft draft, string text)
    {
        string[] parts = draft.Path.Split('/');
        var place = Array.FindIndex(parts, static part => Guid.TryParse(part, out _));
        if (place < 0) return;
        parts[place] = text;
        draft.Path = string.Join('/', parts);
        draft.IsElsewhere |= text.StartsWith('.') || text.StartsWith("%2e", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>JSON text that no parsed node can hold, kept in the tree as a marked string until the body is written.</summary>
    internal sealed record Placeholder(string Text)
    {
        private const string Mark = "@json:";

        public JsonNode ToNode() => JsonValue.Create(Mark + Convert.ToHexString(Encoding.UTF8.GetBytes(Text)));

        /// <summary>Writes a body with the texts in their places.</summary>
        public static byte[] Write(JsonObject json) => Encoding.UTF8.GetBytes("{" + string.Join(",", json.Select(static field =>
            JsonValue.Create(field.Key).ToJsonString() + ":" + TextOf(field.Value))) + "}");

        private static string TextOf(JsonNode? value) =>
            value is JsonValue single && single.TryGetValue<string>(out var text) && text.StartsWith(Mark, StringComparison.Ordinal)
                ? Encoding.UTF8.GetString(Convert.FromHexString(text[Mark.Length..]))
                : value?.ToJsonString() ?? "null";
    }
}
