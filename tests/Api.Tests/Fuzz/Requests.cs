using System.Text.Json.Nodes;
using CsCheck;

namespace Wingman.Api.Tests.Fuzz;

/// <summary>A request as it was generated: whose it is, what it is about, and what was done to it.</summary>
internal sealed record Request(Operation Operation, CallerKind Caller, int Form, NumberedPair Pair, NumberedPair Other, IReadOnlyList<Mutation> Mutations)
{
    /// <summary>Puts the request together. The same each time.</summary>
    public Draft ToDraft(Callers callers)
    {
        var draft = new Draft
        {
            Method = Operation.Method,
            Path = Operation.Template
                .Replace("{session_id}", $"{Pair.Session}", StringComparison.Ordinal)
                .Replace("{match_id}", $"{Pair.Match}", StringComparison.Ordinal)
                .Replace("{user_id}", $"{Pair.User1}", StringComparison.Ordinal),
            Authorization = callers.HeaderOf(Caller, UserOf(), Form),
        };
        // One of the forged tokens has bytes that the server itself refuses.
        draft.MayBeMalformed = draft.Authorization is { } header && header.Any(static one => one > 126);
        draft.HeaderLines.Add("Host: wingman.test");
        if (Operation.BodySchema is { } schema)
        {
            draft.ContentType = "application/json";
            draft.Json = new JsonObject(schema["properties"]!.AsObject().Select(field => KeyValuePair.Create(field.Key, ValueOf(field.Key, field.Value!))));
        }

        var isWritten = false;
        foreach (var mutation in Mutations.OrderBy(static mutation => mutation.Stage))
        {
            if (mutation.Stage > 0 && !isWritten) Write();
            mutation.Apply(draft);
        }

        if (!isWritten) Write();
        if (draft.Body is null && draft.Method is "POST" or "PUT" or "PATCH") draft.Body = [];
        return draft;

        void Write()
        {
            isWritten = true;
            if (draft.Json is { } json) draft.Body = Fuzz.Mutations.Placeholder.Write(json);
        }
    }

    private Guid UserOf() => Caller switch
    {
        CallerKind.Stranger => Pair.Stranger,
        CallerKind.User2 => Pair.User2,
        _ => Pair.User1,
    };

    private JsonNode? ValueOf(string name, JsonNode schema) => name switch
    {
        "session_id" => Pair.Session.ToString(),
        "match_id" => Pair.Match.ToString(),
        "user1_id" => Pair.User1.ToString(),
        "user2_id" => Pair.User2.ToString(),
        "buddy_user_id" => (Caller == CallerKind.User2 ? Pair.User1 : Other.User2).ToString(),
        _ when schema["enum"] is JsonArray words => words[Other.Number % words.Count]!.DeepClone(),
        _ when (string?)schema["format"] == "date-time" => "2099-01-01T18:00:00Z",
        _ when (string?)schema["format"] == "uuid" => null,
        _ => "Blue Bottle",
    };
}

/// <summary>Generates requests. The same seed and number give the same request.</summary>
internal sealed class Requests(ulong seed, int pairs, int forgedForms)
{
    private static readonly CallerKind[] Powerless =
        [CallerKind.Nobody, CallerKind.Stranger, CallerKind.Anonymous, CallerKind.Expired, CallerKind.Forged];

    // Mostly callers that the service accepts, because more can go wrong after authentication.
    private static readonly Gen<CallerKind> Everybody = Gen.Frequency(
        (6, (IGen<CallerKind>)Gen.OneOf(CallerKind.User1, CallerKind.User2)), (2, Gen.OneOf(CallerKind.Service, CallerKind.Stranger)), (2, Gen.OneOf(Powerless)));

    private readonly Gen<Request> _any = Make(Gen.OneOf(Operation.All), Everybody, Gen.Const<Mutation?>((Mutation?)null), pairs, forgedForms);

    private readonly Gen<Request> _refused = Gen.Frequency(
        (3, (IGen<Request>)Make(Gen.OneOf(Operation.All), Gen.OneOf(Powerless), Gen.Const<Mutation?>((Mutation?)null), pairs, forgedForms)),
        (2, Make(
            Gen.OneOf([.. Operation.All.Where(static operation => operation.BodySchema is not null)]), Gen.OneOf(CallerKind.User1, CallerKind.User2, CallerKind.Service),
            Mutations.BrokenBodies().Select(static broken => (Mutation?)broken), pairs, forgedForms)));

    /// <summary>Any request; it may be valid and be carried out.</summary>
    public Request Any(int number) => _any.Generate(new PCG((uint)number, seed), null, out _);

    /// <summary>A request that must not change anything: its caller may not, or its body is broken.</summary>
    public Request Refused(int number) => _refused.Generate(new PCG((uint)number, seed), null, out _);

    private static Gen<Request> Make(Gen<Operation> operations, Gen<CallerKind> callers, Gen<Mutation?> last, int pairs, int forgedForms) =>
        from operation in operations
        from caller in callers
        from form in Gen.Int[0, forgedForms - 1]
        from pair in Gen.Int[0, pairs - 1]
        from other in Gen.Frequency((3, (IGen<int>)Gen.Const(pair)), (1, Gen.Int[0, pairs - 1]))
        from mutations in Mutations.Any.Array[0, 3]
        from broken in last
        select new Request(operation, caller, form, new NumberedPair(pair), new NumberedPair(other), broken is null ? mutations : [.. mutations, broken]);
}
