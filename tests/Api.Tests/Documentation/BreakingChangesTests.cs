using System.Text.Json.Nodes;
using Wingman.Testing;

namespace Wingman.Api.Tests.Documentation;

/// <summary>What clients of the last release rely on is still there. CONTRIBUTING says when docs/openapi.released.json is replaced.</summary>
public sealed class BreakingChangesTests
{
    private const string Confirm = "/api/session/confirm-completion";
    private const string Session = "/api/session/{session_id}";
    private const string History = "/api/user/reputation/{user_id}/history";

    /// <summary>A change of the document, and the sentence that must report it.</summary>
    public static TheoryData<string, string> Breaks => new()
    {
        { "remove a path", "GET /api/session/{session_id} is gone." },
        { "remove a method", "PATCH /api/session/{session_id}/notes is gone." },
        { "remove a status", "POST /api/session/confirm-completion does not list the status 409 any more." },
        { "remove a property of an answer", "POST /api/session/confirm-completion: the answer 200 has no property both_confirmed any more." },
        { "remove a property of a request", "POST /api/session/create: the body has no property user1_challenge_id any more." },
        { "remove a property of an item", "GET /api/user/reputation/{user_id}/history: the answer 200, property items, an item has no property outcome any more." },
        { "require a property of a request", "POST /api/session/create: the body requires the property user1_challenge_id." },
        { "require a new property of a request", "POST /api/session/confirm-completion: the body requires the property device." },
        { "require a new parameter", "GET /api/user/reputation/{user_id}/history requires the parameter since (query)." },
        { "require a parameter", "GET /api/user/reputation/{user_id}/history requires the parameter cursor (query)." },
        { "remove a parameter", "GET /api/user/reputation/{user_id}/history does not take the parameter cursor (query) any more." },
        { "change the type of an answer's property", "POST /api/session/confirm-completion: the answer 200, property both_confirmed was of the type boolean and is string." },
        { "let an answer's property be null", "POST /api/session/confirm-completion: the answer 200, property message was of the type string and is null or string." },
        { "let an answer's property be left out", "POST /api/session/confirm-completion: the answer 200 may lack the property message." },
        { "take fewer types", "POST /api/session/create: the body, property time was of the type number or string and is string." },
        { "change a format", "GET /api/session/{session_id}: the answer 200, property completed_at had the format date-time and has none." },
        { "add a format to a request", "POST /api/session/create: the body, property venue_name had the format none and has hostname." },
        { "take shorter texts", "POST /api/session/create: the body, property venue_name had the maxLength 200 and has 100." },
        { "limit a text", "POST /api/session/create: the body, property match_id had the maxLength none and has 36." },
        { "ask for longer texts", "POST /api/session/create: the body, property venue_name had the minLength 1 and has 2." },
        { "take fewer large numbers", "GET /api/user/reputation/{user_id}/history: the parameter limit (query) had the maximum 100 and has 50." },
        { "take fewer small numbers", "GET /api/user/reputation/{user_id}/history: the parameter limit (query) had the minimum 1 and has 2." },
        { "change a pattern", "POST /api/session/confirm-completion: the body, property session_id had the pattern ^[0-9a-f-]{36}$ and has ^[0-9a-f]{32}$." },
        { "add a pattern", "POST /api/session/create: the body, property match_id had the pattern none and has ^[0-9a-f-]{36}$." },
        { "take fewer values", "PUT /api/match/{match_id}: the body, property status does not know the value pending any more." },
        { "know fewer codes", "POST /api/session/confirm-completion: the answer 404, property code does not know the value session_not_found any more." },
        { "list the values of a free text", "PUT /api/match/{match_id}: the answer 200, property status has only these values now: accepted." },
        { "remove a security scheme", "POST /api/session/confirm-completion does not take the security scheme serviceKey any more." },
        { "remove a media type", "POST /api/session/confirm-completion: the answer 200 is not application/json any more." },
        { "require a body", "POST /api/session/{session_id}/cancel requires a body." },
    };

    /// <summary>What a released document says about a property of an answer, and the sentence that must report that it is not said any more.</summary>
    public static TheoryData<string, string, string> Promises => new()
    {
        { "maxLength", "20", "PUT /api/match/{match_id}: the answer 200, property status had the maxLength 20 and has none." },
        { "minLength", "1", "PUT /api/match/{match_id}: the answer 200, property status had the minLength 1 and has none." },
        { "pattern", "\"^[a-z]+$\"", "PUT /api/match/{match_id}: the answer 200, property status had the pattern ^[a-z]+$ and has none." },
    };

    /// <summary>What may be added.</summary>
    public static TheoryData<string> Additions =>
    [
        "add a path", "add a method", "add a status", "add a property", "add an optional property of a request", "add an optional parameter", "take more values",
        "know more codes", "take more types", "take longer texts", "take any text", "limit an answer's text", "add a format to an answer", "require less",
        "say it differently",
    ];

    [Fact]
    public void Description_BreaksNoClientOfTheLastRelease()
    {
        var found = BreakingChanges.Find(Read("openapi.released.json"), Read("openapi.json"));

        Assert.True(found.Count == 0, $"docs/openapi.json breaks clients of the last release (CONTRIBUTING, Release):\n{string.Join('\n', found)}");
    }

    [Theory]
    [MemberData(nameof(Breaks))]
    public void Change_ThatBreaksClients_IsFound(string change, string sentence)
    {
        var changed = Read("openapi.released.json");
        Change(changed, change);

        Assert.Contains(sentence, BreakingChanges.Find(Read("openapi.released.json"), changed));
    }

    [Theory]
    [MemberData(nameof(Promises))]
    public void Answer_ThatIsDescribedLessExactly_IsFound(string keyword, string value, string sentence)
    {
        var released = Read("openapi.released.json");
        released["components"]!["schemas"]!["MatchView"]!["properties"]!["status"]![keyword] = JsonNode.Parse(value);

        Assert.Contains(sentence, BreakingChanges.Find(released, Read("openapi.released.json")));
    }

    [Theory]
    [MemberData(nameof(Additions))]
    public void Addition_Passes(string addition)
    {
        var changed = Read("openapi.released.json");
        Change(changed, addition);

        Assert.False(JsonNode.DeepEquals(Read("openapi.released.json"), changed));
        Assert.Empty(BreakingChanges.Find(Read("openapi.released.json"), changed));
    }

    private static void Change(JsonNode document, string change)
    {
        var paths = document["paths"]!;
        var confirm = paths[Confirm]!["post"]!;
        var history = paths[History]!["get"]!;
        var parameters = history["parameters"]!.AsArray();
        var cursor = parameters.Single(one => (string)one!["name"]! == "cursor")!;
        var limit = parameters.Single(one => (string)one!["name"]! == "limit")!["schema"]!;
        JsonObject Properties(string schema) => document["components"]!["schemas"]![schema]!["properties"]!.AsObject();
        JsonArray Required(string schema) => document["components"]!["schemas"]![schema]!["required"]!.AsArray();
        void Remove(JsonArray values, string value) => values.Remove(values.Single(one => (string)one! == value));
        switch (change)
        {
            case "remove a path": paths.AsObject().Remove(Session); break;
            case "remove a method": paths[$"{Session}/notes"]!.AsObject().Remove("patch"); break;
            case "remove a status": confirm["responses"]!.AsObject().Remove("409"); break;
            case "remove a property of an answer": Properties("ConfirmCompletionAnswer").Remove("both_confirmed"); break;
            case "remove a property of a request": Properties("CreateSessionRequest").Remove("user1_challenge_id"); break;
            case "remove a property of an item": Properties("CreditView").Remove("outcome"); break;
            case "require a property of a request": Required("CreateSessionRequest").Add("user1_challenge_id"); break;
            case "require a new property of a request":
                Properties("ConfirmCompletionRequest")["device"] = new JsonObject { ["type"] = "string" };
                Required("ConfirmCompletionRequest").Add("device");
                break;
            case "require a new parameter": parameters.Add(new JsonObject { ["name"] = "since", ["in"] = "query", ["required"] = true }); break;
            case "require a parameter": cursor["required"] = true; break;
            case "remove a parameter": parameters.Remove(cursor); break;
            case "change the type of an answer's property": Properties("ConfirmCompletionAnswer")["both_confirmed"]!["type"] = "string"; break;
            case "let an answer's property be null": Properties("ConfirmCompletionAnswer")["message"]!["type"] = new JsonArray("null", "string"); break;
            case "let an answer's property be left out": Remove(Required("ConfirmCompletionAnswer"), "message"); break;
            case "take fewer types": Properties("CreateSessionRequest")["time"]!["type"] = "string"; break;
            case "change a format": Properties("SessionView")["completed_at"]!.AsObject().Remove("format"); break;
            case "add a format to a request": Properties("CreateSessionRequest")["venue_name"]!["format"] = "hostname"; break;
            case "take shorter texts": Properties("CreateSessionRequest")["venue_name"]!["maxLength"] = 100; break;
            case "limit a text": Properties("CreateSessionRequest")["match_id"]!["maxLength"] = 36; break;
            case "ask for longer texts": Properties("CreateSessionRequest")["venue_name"]!["minLength"] = 2; break;
            case "take fewer large numbers": limit["maximum"] = 50; break;
            case "take fewer small numbers": limit["minimum"] = 2; break;
            case "change a pattern": Properties("ConfirmCompletionRequest")["session_id"]!["pattern"] = "^[0-9a-f]{32}$"; break;
            case "add a pattern": Properties("CreateSessionRequest")["match_id"]!["pattern"] = "^[0-9a-f-]{36}$"; break;
            case "take fewer values": Remove(Properties("PutMatchRequest")["status"]!["enum"]!.AsArray(), "pending"); break;
            case "know fewer codes": Remove(Properties("ErrorBody")["code"]!["enum"]!.AsArray(), "session_not_found"); break;
            case "list the values of a free text": Properties("MatchView")["status"]!["enum"] = new JsonArray("accepted"); break;
            case "remove a security scheme": confirm["security"]!.AsArray().RemoveAt(1); break;
            case "remove a media type": confirm["responses"]!["200"]!["content"]!.AsObject().Clear(); break;
            case "require a body": paths[$"{Session}/cancel"]!["post"]!["requestBody"] = new JsonObject { ["required"] = true }; break;

            case "add a path": paths["/api/new"] = paths[Session]!.DeepClone(); break;
            case "add a method": paths[Session]!["delete"] = paths[Session]!["get"]!.DeepClone(); break;
            case "add a status": confirm["responses"]!["410"] = confirm["responses"]!["404"]!.DeepClone(); break;
            case "add a property": Properties("SessionView")["weather"] = new JsonObject { ["type"] = "string" }; break;
            case "add an optional property of a request": Properties("ConfirmCompletionRequest")["device"] = new JsonObject { ["type"] = "string" }; break;
            case "add an optional parameter": parameters.Add(new JsonObject { ["name"] = "since", ["in"] = "query" }); break;
            case "take more values": Properties("PutMatchRequest")["status"]!["enum"]!.AsArray().Add("paused"); break;
            case "know more codes": Properties("ErrorBody")["code"]!["enum"]!.AsArray().Add("too_late"); break;
            case "take more types": Properties("UpdateNotesRequest")["notes"]!["type"] = new JsonArray("null", "string"); break;
            case "take longer texts": Properties("CreateSessionRequest")["venue_name"]!["maxLength"] = 300; break;
            case "take any text": Properties("ConfirmCompletionRequest")["session_id"]!.AsObject().Remove("pattern"); break;
            case "limit an answer's text": Properties("MatchView")["status"]!["maxLength"] = 20; break;
            case "add a format to an answer": Properties("MatchView")["status"]!["format"] = "hostname"; break;
            case "require less": Remove(Required("CreateSessionRequest"), "venue_name"); break;
            case "say it differently": confirm["summary"] = "Confirm"; break;
            default: throw new ArgumentException($"There is no change '{change}'.", nameof(change));
        }
    }

    private static JsonNode Read(string file) => JsonNode.Parse(File.ReadAllText(Path.Combine(HostBinaries.Repository, "docs", file)))!;
}
