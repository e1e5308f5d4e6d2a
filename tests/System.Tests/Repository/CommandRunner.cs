namespace Wingman.SystemTests.Repository;

/// <summary>Says who runs the documented commands that begin so, or why nobody does here.</summary>
/// <param name="Beginning">How the commands begin.</param>
/// <param name="File">The test or script that runs them, relative to the root; null where none does.</param>
/// <param name="Text">What is in that file because it runs them; without a file, the reason.</param>
internal sealed record CommandRunner(string Beginning, string? File, string Text)
{
    private const string Tests = "tests/System.Tests/";
    private const string Steps = $"{Tests}TakeOver/DocumentedStepsTests.cs";
    private const string AllBlocks = "Documentation.Blocks(\"bash\")";

    /// <summary>Blocks that a test takes from the document and runs as a whole, so that it runs whatever is added to them.</summary>
    public static IReadOnlyList<(string Document, CommandRunner Runner)> Blocks { get; } =
    [
        Block("docs/first-session.md", "USER1=", "Repository/FirstPathTests.cs"),
        Block("docs/deployment.md", "dotnet build -c Release", "Deployment/DeploymentPageTests.cs"),
        Block("docs/deployment.md", "# An authority", "Deployment/DeploymentPageTests.cs"),
        Block("docs/webhooks.md", "Wingman__Webhooks__Receivers", "Repository/DocumentedFixture.cs"),
        ("docs/backup.md", new("pg_dump ", $"{Tests}Continuity/RestoreTests.cs", "RunDocumentedAsync(\"pg_dump\"")),
        ("docs/backup.md", new("pg_restore ", $"{Tests}Continuity/RestoreTests.cs", "RunDocumentedAsync(\"pg_restore\"")),
        ("docs/backup.md", new("psql ", $"{Tests}Continuity/RestoreTests.cs", "RunDocumentedAsync(\"psql\"")),
    ];

    /// <summary>Single command lines. Of several that fit, the one with the longest beginning decides.</summary>
    public static IReadOnlyList<CommandRunner> Lines { get; } =
    [
        // Taken from all documents, and run where a host and a database suffice.
        Here("./wingman demo"),
        Here("./wingman doctor"),
        Here("./wingman explain"),
        Here("./wingman help"),
        Here("./wingman repair"),
        Here("./wingman schema check"),
        Here("./wingman webhooks"),
        Here("ConnectionStrings__Wingman=... ./wingman"),
        Here("curl "),
        Here("date "),
        Here("mkdir -p deploy/secrets"),
        Here("openssl rand"),
        Here("printf "),
        Here("select "),
        Here("source <(./wingman completion)"),

        // Run by other tests.
        new("./wingman doctor --takeover", Steps, AllBlocks),
        new("./wingman operator", $"{Tests}Repository/DocumentedFixture.cs", "Block(\"docs/operations.md\", \"./wingman operator\")"),
        new("./wingman schema apply", Steps, AllBlocks),
        new("./wingman schema grants", Steps, AllBlocks),
        new("./wingman service-key", $"{Tests}Repository/DocumentedFixture.cs", "Block(\"docs/authentication.md\", \"./wingman service-key\")"),
        new("./wingman up", $"{Tests}Repository/DocumentedFixture.cs", "exec ./wingman up"),
        new("alter role wingman_service set search_path", $"{Tests}TakeOver/PoolerTests.cs", "set search_path = orleans, public"),
        new("create role wingman_service", Steps, AllBlocks),
        new("dotnet Wingman.Silo.dll health", $"{Tests}Deployment/ComposeTests.cs", "[\"health\","),
        new("dotnet run --project samples/TwoBuddies", $"{Tests}SampleTests.cs", "Wingman.TwoBuddies.dll"),
        new("grant pg_read_all_stats", "tests/Storage.Tests/Doctor/WaitChecksTests.cs", "ExecuteAsync(told.Command!)"),
        new("kubectl kustomize", $"{Tests}Deployment/KubernetesSchemaTests.cs", "[\"kustomize\", folder]"),
        new("openssl x509 -enddate", $"{Tests}Deployment/DeploymentPageTests.cs", "openssl x509 -enddate"),
        new("promtool test rules", $"{Tests}Monitoring/RulesTests.cs", "\"test\", \"rules\""),
        new("rollback prepared", "tests/Storage.Tests/Doctor/WaitChecksTests.cs", "ExecuteAsync(kept.Command!)"),

        // Run by scripts.
        new("./wingman bench", "wingman", "proof bench 60 ./wingman bench --quick"),
        new("./wingman chaos", "wingman", "./wingman chaos --minutes"),
        new("./wingman chaos --failovers", "wingman", "./wingman chaos --failovers"),
        new("./wingman chaos --power-cuts", "wingman", "./wingman chaos --power-cuts"),
        new("./wingman coverage", "wingman", "proof coverage 30 ./wingman coverage"),
        new("./wingman fuzz", "wingman", "./wingman fuzz --count"),
        new("./wingman nightly", ".github/workflows/nightly.yml", "./wingman nightly"),
        new("./wingman races", "wingman", "./wingman races --count"),
        new("./wingman schedules", "wingman", "./wingman schedules --count"),
        new("./wingman test", ".ci/run", "./wingman test"),
        new("./wingman test --postgres", "wingman", "./wingman test --postgres \"$other\" \"$project\""),
        new("./wingman upgrade-drill", "wingman", "proof upgrade-drill 30 ./wingman upgrade-drill"),
        new("dotnet build", "wingman", "dotnet build \"$1\" -c Release"),
        new("dotnet format", "wingman", "dotnet format Wingman.sln --no-restore --verify-no-changes"),
        new("dotnet test", "wingman", "dotnet test \"$project\" -c Release --no-build"),

        // Run by nobody here.
        Not("./wingman bench --scenario", "It says how figures were made, with a report of an earlier commit that is not kept."),
        Not("./wingman release", "It makes what is published, and refuses to without a section of CHANGELOG.md for the version."),
        Not("./wingman takeover-drill", "TakeOverTests with more sessions: ./wingman test plays it with 5,000."),
        Not("WINGMAN_ACCEPT_OPENAPI", "It rewrites docs/openapi.json. Without the variable the same test compares it, on every run."),
        Not("WINGMAN_RECORD_CONTRACT", "It adds samples to the repository. Without the variable the same tests read them, on every run."),
        Not("WINGMAN_RECORD_PICTURES", "It rewrites docs/pictures. Without the variable the same tests run, on every run."),
        Not("chmod -R go+rX /tmp/pg18", "It is about the download of the line before it."),
        Not("chronyc ", "It asks the daemon that sets the machine's clock."),
        Not("cp docs/openapi.json", "It decides that a version is released. BreakingChangesTests compares the two files on every run."),
        Not("docker compose exec", "It needs Docker. The same command of ./wingman is run here. ComposeRulesTests checks that the service exists."),
        Not("docker compose run", "It needs Docker. The same command of ./wingman is run here. ComposeRulesTests checks that the service exists."),
        Not("docker ", "It needs Docker. ComposeTests runs the same topology as processes; ComposeRulesTests lets docker compose read the file."),
        Not("dotnet pack", "It makes the package that ./wingman release publishes."),
        Not("dotnet run -c Release --project bench/TokenCosts", "It measures, for which the machine must do nothing else."),
        Not("dotnet-", "A tool of its own, for a host that hangs or grows, and only where it runs outside of a container."),
        Not("export OWNER", "The reader's own database: DocumentedStepsTests sets the same variables to a database of its own."),
        Not("export SERVICE", "The same."),
        Not("git diff", "It makes the next patch by hand. NextVersionTests applies the one that is there."),
        Not("kill -9", "CrashTests and Browser/SplitTests kill their hosts with the same signal."),
        Not("kubectl -n wingman exec", "It needs a cluster. The same command of ./wingman is run here. KubernetesTests checks that the deployment exists."),
        Not("kubectl ", "It needs a cluster. KubernetesTests and KubernetesSchemaTests read the same manifests."),
        Not("nc ", "It needs two machines."),
        Not("npm install", "It downloads a server. ./wingman nightly --postgres takes the directory of one that is there."),
        Not("openssl speed", "It measures, for which the machine must do nothing else."),
        Not("select query, mean_exec_time", "It needs pg_stat_statements, which a server must load when it starts."),
        Not("ssh ", "It needs two machines."),
    ];

    /// <summary>The row for a command; null if there is none.</summary>
    public static CommandRunner? Of(DocumentedCommand command) => command.Block is { } block && OfBlock(block) is { } whole
        ? whole
        : Lines.Where(row => command.Text.StartsWith(row.Beginning, StringComparison.Ordinal)).MaxBy(static row => row.Beginning.Length);

    /// <summary>Whether <see cref="CommandLinesTests"/> runs the commands.</summary>
    public bool IsHere => File == $"{Tests}Repository/{nameof(CommandLinesTests)}.cs";

    private static CommandRunner? OfBlock(DocumentedBlock block) => block is { Document: "docs/existing-database.md", Language: "bash" }
        // Of this page every block is run.
        ? new("", Steps, AllBlocks)
        : Blocks.FirstOrDefault(row =>
            row.Document == block.Document && block.Text.StartsWith(row.Runner.Beginning, StringComparison.Ordinal)).Runner;

    private static (string Document, CommandRunner Runner) Block(string document, string beginning, string test) =>
        (document, new(beginning, Tests + test, $"DocumentedCommands.Block(\"{document}\", \"{beginning}\")"));

    private static CommandRunner Here(string beginning) => new(beginning, $"{Tests}Repository/{nameof(CommandLinesTests)}.cs", nameof(IsHere));

    private static CommandRunner Not(string beginning, string reason) => new(beginning, null, reason);
}
