using Wingman.Silo.Operations.Support;

namespace Wingman.Grains.Tests.Operators;

/// <summary>The log of a session whose users were erased, while the row still has their confirmations.</summary>
public sealed class ErasedUsersTests
{
    private static readonly DateTimeOffset At = new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("confirmed", null, false)]
    [InlineData("completed", null, false)]
    [InlineData("excused", "olga", false)]
    [InlineData("cancelled", "olga", true)]
    [InlineData("observed", null, true)]
    public void AConfirmation_WhoseLineHasNoUserAnyMore_IsInTheLog(string kind, string? by, bool isOdd)
    {
        var row = new ExplainedRow(
            "no_show", At, null, At, new(Guid.NewGuid(), true, null), new(Guid.NewGuid(), false, "no_show"), new(Guid.NewGuid(), "accepted", 0, 0, 0, 0, []));
        ExplainedLine[] lines = [Line("scheduled", null), Line(kind, by), Line("no_show", null)];

        var oddities = SessionOddities.Of(row, lines, [], null, null, At);

        Assert.Equal(isOdd, oddities.Any(static oddity => oddity.Code == "flag_without_event"));
    }

    private static ExplainedLine Line(string kind, string? by) => new(At, kind, null, "host", by, null, kind);
}
