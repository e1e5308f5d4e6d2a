using Wingman.SystemTests.Clusters;
using Wingman.Testing;

namespace Wingman.SystemTests.Operators;

/// <summary>The setting that the command prints for an operator can be used as it says.</summary>
[Collection(RealProcessesCollection.Name)]
public sealed class OperatorCommandTests
{
    [Theory]
    [InlineData("alice", false)]
    [InlineData("anna_lena2", false)]
    [InlineData("anna-lena", true)]
    [InlineData("anna.lena", true)]
    public async Task Operator_WhoseVariableAShellCannotExport_GetsAFile(string name, bool getsFile)
    {
        var made = await WingmanCommand.RunAsync(null, "operator", name);

        Assert.True(made.ExitCode == 0, $"{made}");
        Assert.Contains($"  Wingman__Operators__{name}=", made.Output, StringComparison.Ordinal);
        Assert.Equal(getsFile, made.Output.Contains("in the directory that Wingman:SecretsPath names", StringComparison.Ordinal));
    }
}
