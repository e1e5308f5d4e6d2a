using Wingman.SystemTests.Deployment;
using Wingman.SystemTests.Monitoring;

namespace Wingman.SystemTests.Repository;

/// <summary>The workflow that judges each change runs all tests, and none of them may be skipped for want of a program.</summary>
public sealed class WorkflowTests
{
    private const string Required = "WINGMAN_REQUIRE_TOOLS";

    private static readonly Dictionary<string, object> Workflow = MonitoringFiles.Read(".github/workflows/ci.yml");

    [Fact]
    public void EveryPushAndPullRequest_IsTested()
    {
        var events = ComposeFile.Map(Workflow["on"]);

        Assert.Equal(["pull_request", "push"], events.Keys.Order());
        Assert.Equal(["main"], ComposeFile.Names(ComposeFile.Map(events["push"])["branches"]));
        // Without a filter of branches or paths, which would leave some out.
        Assert.Null(events["pull_request"]);
    }

    [Fact]
    public void WhatTestsNeed_IsRequired_AndTheScriptIsToldSo()
    {
        var job = ComposeFile.Map(Assert.Single(ComposeFile.Map(Workflow["jobs"])).Value);
        var run = (string)Assert.Single(MonitoringFiles.List(job["steps"]), static step => step.ContainsKey("run"))["run"];

        Assert.Equal("1", ComposeFile.Map(job["env"])[Required]);
        Assert.EndsWith(" bash .ci/run", run, StringComparison.Ordinal);
        // Of the environment, sudo passes on what is listed only.
        Assert.Contains(Required, run.Split(' ').Single(static word => word.StartsWith("--preserve-env=", StringComparison.Ordinal)).Split('=')[1].Split(','));
        Assert.DoesNotContain("if", job.Keys.Concat(MonitoringFiles.List(job["steps"]).SelectMany(static step => step.Keys)));
        Assert.Contains($"${{{Required}:-}}", RepositoryFiles.Read("wingman"), StringComparison.Ordinal);
        Assert.Equal("exec ./wingman test", RepositoryFiles.Read(".ci/run").TrimEnd().Split('\n')[^1]);
    }
}
