using Wingman.Silo.Doctor;
using Wingman.Silo.Doctor.Running;

namespace Wingman.Storage.Tests.Doctor;

/// <summary>What the doctor says about settings of durability that Wingman runs with all the same.</summary>
public sealed class DurabilityChecksTests
{
    [Theory]
    [InlineData("on", "on", "", Severity.Ok, "No synchronous standby is configured")]
    [InlineData("on", "local", "", Severity.Ok, "No synchronous standby is configured")]
    [InlineData("on", "on", "standby", Severity.Ok, "A synchronous standby is configured, and synchronous_commit is on")]
    [InlineData("on", "local", "standby", Severity.Warning, "a failover can lose acknowledged commits")]
    [InlineData("off", "on", "standby", Severity.Problem, "full_page_writes is off")]
    public void ASetting_IsJudged(string fullPageWrites, string synchronousCommit, string standbys, object severity, string message)
    {
        var finding = Assert.Single(DurabilityChecks.Judge(fullPageWrites, synchronousCommit, standbys));

        Assert.Equal(severity, finding.Severity);
        Assert.Contains(message, finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void EachSetting_IsReportedForItself() =>
        Assert.Equal([Severity.Problem, Severity.Warning], DurabilityChecks.Judge("off", "local", "standby").Select(static finding => finding.Severity));
}
