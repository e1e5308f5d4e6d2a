using System.Text.Json;

namespace Wingman.Api.Tests.Host;

/// <summary>One entry of a 422, which must have exactly the four members of the contract, in their order.</summary>
public sealed record FieldError(string Type, string Location, string Message, string Input)
{
    private static readonly string[] Members = ["type", "loc", "msg", "input"];

    /// <summary>The last step of the location.</summary>
    public string Field => Location.Split('.')[^1];

    public static IReadOnlyList<FieldError> AllOf(Answer answer)
    {
        using var json = JsonDocument.Parse(answer.Body);
        return [.. json.RootElement.GetProperty("detail").EnumerateArray().Select(Read)];
    }

    private static FieldError Read(JsonElement error)
    {
        Assert.Equal(Members, error.EnumerateObject().Select(member => member.Name));
        return new(
            error.GetProperty("type").GetString()!,
            string.Join('.', error.GetProperty("loc").EnumerateArray().Select(step => step.ToString())),
            error.GetProperty("msg").GetString()!,
            error.GetProperty("input").GetRawText());
    }
}
