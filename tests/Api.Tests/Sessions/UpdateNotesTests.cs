using Wingman.Api.Tests.Host;
using Wingman.Sessions;

namespace Wingman.Api.Tests.Sessions;

public sealed class UpdateNotesTests : StubbedApi
{
    private const string Path = "/api/session/6f1b9d52-7c1c-4a4e-9a58-0c9a3c5d2e11/notes";

    [Theory]
    [InlineData("  Great evening. ", "Great evening.")]
    [InlineData("", "")]
    [InlineData("<b>Café</b>", "<b>Café</b>")]
    public async Task UpdateNotes_StoresThemWithoutBlanksAround_AndEchoesThem(string given, string kept)
    {
        string? stored = null;
        Grains.UpdateNotes = (_, _, notes) =>
        {
            stored = notes;
            return Task.FromResult(UpdateNotesOutcome.Updated);
        };

        var answer = await PatchAsync($$"""{"notes":"{{given}}"}""");

        Assert.Equal(
            (200, $$"""{"success":true,"message":"Session notes updated successfully","updated_notes":"{{kept}}"}""", kept), (answer.Status, answer.Body, stored));
    }

    [Theory]
    [InlineData(UpdateNotesOutcome.NotFound, 404, "Session not found")]
    [InlineData(UpdateNotesOutcome.NotParticipant, 403, "Access denied - user is not a participant in this session")]
    public async Task UpdateNotes_WhenRefused_SaysWhy(UpdateNotesOutcome outcome, int status, string detail)
    {
        Grains.UpdateNotes = (_, _, _) => Task.FromResult(outcome);

        AssertDetail(status, detail, await PatchAsync("""{"notes":"x"}"""));
    }

    [Theory]
    [InlineData(2000, 200)]
    [InlineData(2001, 422)]
    public async Task UpdateNotes_TakesUpTo2000Characters(int length, int status)
    {
        Grains.UpdateNotes = (_, _, _) => Task.FromResult(UpdateNotesOutcome.Updated);
        var notes = string.Concat(Enumerable.Repeat("🍺", length));

        Assert.Equal(status, (await PatchAsync($$"""{"notes":"{{notes}}"}""")).Status);
    }

    private Task<Answer> PatchAsync(string body) => Api.SendAsync(HttpMethod.Patch, Path, body, User);
}
