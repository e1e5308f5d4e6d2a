using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Wingman.Development;
using Wingman.Testing;

namespace Wingman.SystemTests.Repository;

/// <summary>A test that ends a script by a signal, as Ctrl-C does. Elsewhere than on Linux it is reported as skipped.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SignalTheoryAttribute : TheoryAttribute
{
    public SignalTheoryAttribute()
    {
        if (!OperatingSystem.IsLinux()) Skip = "It needs setsid and /proc, which only Linux has.";
    }
}

/// <summary>The script <c>./wingman</c> with its slow steps replaced: what it needs, and what it leaves behind when it is ended.</summary>
public sealed class ScriptTests : IDisposable
{
    /// <summary>Lines that make the script take itself for root on Debian, and a package's program for missing.</summary>
    private const string OnDebian = """
        id() { echo 0; }
        command() { return 0; }
        apt-get() { touch tried-again; }
        has_none() { return 1; }
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("script-");
    private Process? _script;

    [SignalTheory]
    [InlineData("INT", "need_for_tests none has_none MISSING consequence source", "policy-rc.d")]
    [InlineData("TERM", "need_for_tests none has_none MISSING consequence source", "policy-rc.d")]
    [InlineData("HUP", "need_for_tests none has_none MISSING consequence source", "policy-rc.d")]
    [InlineData("INT", "install_postgres", "wingman.conf")]
    [InlineData("TERM", "install_postgres", "wingman.conf")]
    public async Task Installation_ThatIsEnded_LeavesNoFileBehind(string signal, string call, string file)
    {
        StartGroup($$"""
            {{OnDebian}}
            apt_install() { echo $$ >started; sleep 300; }
            {{call}}
            """);
        await NumberInAsync("started");
        Assert.True(File.Exists(PathOf(file)));

        await EndAsync(signal);

        await Eventually.IsTrueAsync($"{file} is removed", _ => Task.FromResult(!File.Exists(PathOf(file))));
        Assert.NotEqual(0, _script!.ExitCode);
        Assert.False(File.Exists(PathOf("tried-again")));
    }

    [Fact]
    public async Task Script_InAnEmptyEnvironment_GivesWhatItStartsAPath()
    {
        Start(["env", "-i", "bash"], "env");
        await _script!.WaitForExitAsync().WaitAsync(Eventually.Deadline);

        Assert.Matches("(?m)^PATH=.*/usr/bin", Text("said"));
    }

    [Fact]
    public async Task Installation_KeepsAPolicyOfTheAdministrator()
    {
        await File.WriteAllTextAsync(PathOf("policy-rc.d"), "the administrator's");

        var said = await RunAsync($$"""
            {{OnDebian}}
            apt_install() { :; }
            need_for_tests none has_none MISSING consequence source
            """);

        Assert.Contains("Installing Debian's none", said, StringComparison.Ordinal);
        Assert.Contains("MISSING", said, StringComparison.Ordinal);
        Assert.Equal("the administrator's", Text("policy-rc.d"));
    }

    [SignalTheory]
    [InlineData("INT")]
    [InlineData("TERM")]
    [InlineData("HUP")]
    public async Task NightlyRun_ThatIsEnded_EndsItsProof(string signal)
    {
        StartGroup("""
            results=$PWD proofs=0 failed=0 skipped=0
            proof first 1 true
            proof second 10 bash -c 'echo $$ >started; exec sleep 300'
            echo not reached
            """);
        var proof = await NumberInAsync("started");

        await EndAsync(signal);

        Assert.Equal(130, _script!.ExitCode);
        await Eventually.IsTrueAsync("the proof has ended", _ => Task.FromResult(!IsRunning(proof)));
        Assert.Equal(["passed  first"], Text("said").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => line.Split(',')[0]));
    }

    /// <summary><c>timeout</c> ends so if the signal arrives before it has noted its child, as on a busy machine.</summary>
    [SignalTheory]
    [InlineData("TERM")]
    public async Task NightlyRun_ThatIsEnded_EndsItsProof_WhereTimeoutEndsWithoutIt(string signal)
    {
        StartGroup("""
            timeout() { shift 2; exec setsid bash -c '"$@" & trap "exit 143" TERM; wait' - "$@"; }
            results=$PWD proofs=0 failed=0 skipped=0
            proof only 10 bash -c 'echo $$ >started; exec sleep 300'
            """);
        var proof = await NumberInAsync("started");

        await EndAsync(signal);

        await Eventually.IsTrueAsync("the proof has ended", _ => Task.FromResult(!IsRunning(proof)));
    }

    [SignalTheory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task Tests_ThatAreEnded_EndTheirPartInTheBackground(string signal)
    {
        Directory.CreateSymbolicLink(PathOf("tests"), RepositoryFiles.PathOf("tests"));
        StartGroup($$"""
            {{Needs(":")}}
            build() { :; }
            run_tests() {
                case ${2:-} in
                    .processes) sleep 300 & echo $! >beside; wait ;;
                    *) echo $$ >started; sleep 300 ;;
                esac
            }
            test
            """);
        await NumberInAsync("started");
        var beside = await NumberInAsync("beside");

        await EndAsync(signal);

        Assert.Equal(signal == "INT" ? 130 : 143, _script!.ExitCode);
        await Eventually.IsTrueAsync("the part in the background has ended", _ => Task.FromResult(!IsRunning(beside)));
        Assert.Empty(Directory.EnumerateDirectories(_folder.FullName, "tmp.*"));
    }

    [Fact]
    public async Task Tests_LookForTheirProgramsBeforeTheBuild()
    {
        var said = await RunAsync($$"""
            {{Needs("echo $need")}}
            build() { echo build; return 1; }
            (test) || true
            """);

        var steps = said.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string[] needed = ["need_sdk", "need_postgres", "need_curl", "need_git"];
        Assert.Equal(["build", "0 passed, 1 failed"], steps.TakeLast(2));
        Assert.Empty(needed.Except(steps.SkipLast(2)));
    }

    [Fact]
    public async Task MissingProgram_IsNamed()
    {
        var said = await RunAsync("""
            id() { echo 1000; }
            command() { return 1; }
            need_curl
            need_git
            """);

        Assert.Contains("CURL IS MISSING", said, StringComparison.Ordinal);
        Assert.Contains("GIT IS MISSING", said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(":", 2, @", the tests? .*(SKIPPED|FAIL)\.")]
    [InlineData("export WINGMAN_REQUIRE_TOOLS=1", 10, ", and WINGMAN_REQUIRE_TOOLS=1 requires")]
    public async Task WhatTestsLack_EndsTheRunOnlyWhereItIsRequired(string setting, int ended, string says)
    {
        var said = await RunAsync($$"""
            {{setting}}
            unset ConnectionStrings__Wingman WINGMAN_POSTGRES
            id() { echo 1000; }
            command() { return 1; }
            for has in $(declare -F | sed -n 's/^declare -f \(has_.*\)/\1/p'); do eval "$has() { return 1; }"; done
            for need in $(declare -f test | grep -o 'need_[a-z_]*'); do
                ($need) && code=0 || code=$?
                echo "$need ended with $code"
            done
            """);

        Assert.Equal((ended, 10 - ended), (Regex.Count(said, @"(?m)^need_\w+ ended with 1$"), Regex.Count(said, @"(?m)^need_\w+ ended with 0$")));
        // The .NET SDK and Postgres have sentences of their own, and nothing runs without them.
        Assert.Equal(8, Regex.Count(said, $"^wingman: [A-Z' ]+ MISSING{says}", RegexOptions.Multiline));
    }

    // Bash before 5.1, such as that of macOS, has no such variable.
    [Fact]
    public async Task Seed_IsMadeWithoutSrandom()
    {
        var said = await RunAsync($$"""
            unset SRANDOM
            {{Needs(":")}}
            build() { :; }
            exec() { :; }
            fuzz
            """);

        Assert.Matches(@"^Seed \d+, 100000 cases\.", said);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_script is not null)
        {
            // What a script that failed its test has left of its process group.
            Signals.Send(-_script.Id, Signal.Kill);
            ProcessWatchdog.Forget(_script.Id);
            _script.Dispose();
        }

        _folder.Delete(recursive: true);
    }

    /// <summary>Lines that replace every function that looks for a program.</summary>
    private static string Needs(string body) =>
        $$"""for need in $(declare -F | sed -n 's/^declare -f \(need_.*\)/\1/p'); do eval "$need() { {{body}}; }"; done""";

    /// <summary>Runs the script with these lines in place of its last one.</summary>
    /// <returns>All that it printed.</returns>
    private async Task<string> RunAsync(string lines)
    {
        Start(["bash"], lines);
        await _script!.WaitForExitAsync().WaitAsync(Eventually.Deadline);
        Assert.True(_script.ExitCode == 0, Text("said"));
        return Text("said");
    }

    /// <summary>
    /// Starts it in a process group of its own, with the signals as a terminal's shell has it: bash cannot trap a signal that it was started with as
    /// ignored, as SIGINT is in the background of another script, and SIGHUP under nohup.
    /// </summary>
    private void StartGroup(string lines) => Start(["env", "--default-signal=INT,HUP,TERM", "setsid", "bash"], lines);

    private void Start(string[] command, string lines)
    {
        var script = PathOf("wingman");
        File.WriteAllText(script, RepositoryFiles.Read("wingman")
            .Replace("/usr/sbin/policy-rc.d", PathOf("policy-rc.d"), StringComparison.Ordinal)
            .Replace("/etc/postgresql-common/createcluster.d/wingman.conf", PathOf("wingman.conf"), StringComparison.Ordinal)
            .Replace("\nmain \"$@\"", $"\nexec >said 2>&1\n{lines}", StringComparison.Ordinal));
        var start = new ProcessStartInfo(command[0], [.. command[1..], script]) { RedirectStandardInput = true };
        start.Environment["TMPDIR"] = _folder.FullName;
        // The run of these tests itself may require what they let a script lack.
        start.Environment.Remove("WINGMAN_REQUIRE_TOOLS");
        _script = Process.Start(start) ?? throw new InvalidOperationException($"{command[0]} did not start.");
        ProcessWatchdog.Watch(_script.Id);
        _script.StandardInput.Close();
    }

    /// <summary>Sends a signal to the group, as a terminal does, and waits until the script has ended.</summary>
    private async Task EndAsync(string signal)
    {
        var sent = await Command.RunAsync(["bash", "-c", $"kill -{signal} -- -{_script!.Id}"], CancellationToken.None);
        Assert.True(sent.ExitCode == 0, sent.Output);
        await _script.WaitForExitAsync().WaitAsync(Eventually.Deadline);
    }

    private async Task<int> NumberInAsync(string file)
    {
        var text = await Eventually.BecomesAsync(
            $"{file} is written", _ => Task.FromResult(Text(file)), static text => text.EndsWith('\n'));
        return int.Parse(text, CultureInfo.InvariantCulture);
    }

    // A process that has ended stays in the list until its parent asks for its exit code, which not every container's first process does.
    private static bool IsRunning(int process)
    {
        var state = $"/proc/{process}/stat";
        return File.Exists(state) && !File.ReadAllText(state).Contains(") Z ", StringComparison.Ordinal);
    }

    private string Text(string file) => File.Exists(PathOf(file)) ? File.ReadAllText(PathOf(file)) : "";

    private string PathOf(string file) => Path.Combine(_folder.FullName, file);
}
