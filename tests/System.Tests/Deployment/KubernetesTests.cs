using System.Globalization;
using System.Text.RegularExpressions;
using Wingman.SystemTests.Repository;
using Wingman.Testing;

namespace Wingman.SystemTests.Deployment;

/// <summary>What deploy/kubernetes must agree on with the code, and what it promises about isolation.</summary>
public sealed partial class KubernetesTests
{
    private static readonly Dictionary<string, string> DefaultPorts = new() { ["http"] = "8000", ["operations"] = "8081", ["silo"] = "11111", ["gateway"] = "30000" };

    private static readonly IReadOnlyList<Manifest> Deployments = [.. Manifest.All.Where(static manifest => manifest.Kind == "Deployment" && manifest.File.IndexOf('/', StringComparison.Ordinal) < 0)];

    public static TheoryData<string> Hosts => ["wingman-api", "wingman-silo"];

    [Fact]
    public void EveryFile_IsPartOfTheKustomization()
    {
        var root = Manifest.All.Single(static manifest => manifest is { Kind: "Kustomization" });

        var files = Manifest.All.Select(static manifest => manifest.File).Distinct().Where(static file => !file.Contains('/', StringComparison.Ordinal) && file != "kustomization.yaml");

        Assert.Equal(files.Order(), root.Texts("resources").Order());
    }

    [Fact]
    public void EveryHost_IsDeployed() => Assert.Equal(["wingman-api", "wingman-silo"], Deployments.Select(static deployment => deployment.Name).Order());

    [Fact]
    public void Ports_AreTheDefaultsOfTheCode()
    {
        Assert.All(Deployments.SelectMany(static deployment => Container(deployment).Items("ports")), static port => Assert.Equal(DefaultPorts[port["name"]!], port["containerPort"]));
        // The ports on which the hosts listen by default.
        Assert.EndsWith(":" + DefaultPorts["http"], Image.Environment["ASPNETCORE_URLS"], StringComparison.Ordinal);
        Assert.EndsWith(":" + DefaultPorts["operations"], Image.Environment["Wingman__Operations__Url"], StringComparison.Ordinal);
        Assert.Equal(DefaultPorts["silo"], Orleans.Configuration.EndpointOptions.DEFAULT_SILO_PORT.ToString(CultureInfo.InvariantCulture));
        Assert.Equal(DefaultPorts["gateway"], Orleans.Configuration.EndpointOptions.DEFAULT_GATEWAY_PORT.ToString(CultureInfo.InvariantCulture));
    }

    [Theory]
    [MemberData(nameof(Hosts))]
    public void Probes_AskTheOperatorsPort_ForLivenessAndReadiness(string host)
    {
        var container = Container(Deployment(host));

        Assert.Equal(("operations", "/health/live"), (container["startupProbe.httpGet.port"], container["startupProbe.httpGet.path"]));
        Assert.Equal(("operations", "/health/live"), (container["livenessProbe.httpGet.port"], container["livenessProbe.httpGet.path"]));
        Assert.Equal(("operations", "/health/ready"), (container["readinessProbe.httpGet.port"], container["readinessProbe.httpGet.path"]));
        // A host that stops still serves for 5 seconds while it is not ready: twice the time that the probe needs to detect it.
        Assert.Equal(("2", "1"), (container["readinessProbe.periodSeconds"], container["readinessProbe.failureThreshold"]));
    }

    [Fact]
    public void Environment_NamesOnlySettingsThatExist()
    {
        var settings = DocumentedSetting.ReadAll().Select(static setting => setting.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var named = Manifest.All.Where(static manifest => manifest.Kind == "Deployment").SelectMany(static deployment => Container(deployment).Items("env")).Select(static variable => variable["name"]!)
            .Concat(((YamlDotNet.RepresentationModel.YamlMappingNode)Manifest.All.Single(static manifest => manifest.Kind == "ConfigMap").Node("data")!).Children.Keys.Select(static key => key.ToString()))
            .Concat(ComposeFile.OurServices.SelectMany(static service => ComposeFile.Map(ComposeFile.Services[service]["environment"]).Keys))
            .Concat(Image.Environment.Keys)
            .Distinct()
            .Select(static name => name.Replace("__", ":", StringComparison.Ordinal));

        // docs/deployment.md lists all settings.
        Assert.DoesNotContain(named, name => !settings.Contains(name) && !settings.Contains(name[..(name.LastIndexOf(':') + 1)] + "<name>"));
    }

    [Theory]
    [MemberData(nameof(Hosts))]
    public void Pods_AreConfined(string host)
    {
        var deployment = Deployment(host);
        var container = Container(deployment);

        Assert.Equal("true", deployment["spec.template.spec.securityContext.runAsNonRoot"]);
        Assert.Equal(Image.User, deployment["spec.template.spec.securityContext.runAsUser"]);
        Assert.Equal("RuntimeDefault", deployment["spec.template.spec.securityContext.seccompProfile.type"]);
        Assert.Equal("false", deployment["spec.template.spec.automountServiceAccountToken"]);
        Assert.Equal("true", container["securityContext.readOnlyRootFilesystem"]);
        Assert.Equal("false", container["securityContext.allowPrivilegeEscalation"]);
        Assert.Equal(["ALL"], container.Texts("securityContext.capabilities.drop"));
        Assert.NotNull(container["resources.limits.memory"]);
        Assert.NotNull(container["resources.requests.cpu"]);
    }

    [Fact]
    public void Secrets_AreNotInTheFiles() => Assert.DoesNotContain(Manifest.All, static manifest => manifest.Kind == "Secret");

    [Theory]
    [MemberData(nameof(Hosts))]
    public void ConnectionString_IsReferredToAsASecret(string host)
    {
        var variable = Container(Deployment(host)).Items("env").Single(static variable => variable["name"] == "ConnectionStrings__Wingman");

        Assert.NotNull(variable["valueFrom.secretKeyRef.key"]);
    }

    [Theory]
    [MemberData(nameof(Hosts))]
    public void Operator_IsASecretThatEveryHostMayLack(string host)
    {
        var variable = Container(Deployment(host)).Items("env").Single(static variable => variable["name"] == "Wingman__Operators__operator");

        Assert.Equal(("wingman-operators", "operator"), (variable["valueFrom.secretKeyRef.name"], variable["valueFrom.secretKeyRef.key"]));
        Assert.Equal("true", variable["valueFrom.secretKeyRef.optional"]);
    }

    [Theory]
    [MemberData(nameof(Hosts))]
    public void ADisruption_TakesOnePodAtATime_AndAnUpdateNoneBeforeItsSuccessorIsReady(string host)
    {
        var deployment = Deployment(host);
        var budget = Manifest.All.Single(manifest => manifest.Kind == "PodDisruptionBudget" && manifest.Name == host);

        Assert.Equal("1", budget["spec.maxUnavailable"]);
        Assert.Equal(deployment.Node("spec.selector.matchLabels"), budget.Node("spec.selector.matchLabels"));
        Assert.Equal(deployment.Node("spec.selector.matchLabels"), deployment.Node("spec.template.metadata.labels"));
        Assert.Equal("0", deployment["spec.strategy.rollingUpdate.maxUnavailable"]);
        Assert.True(int.Parse(deployment["spec.replicas"]!, CultureInfo.InvariantCulture) > 1);
    }

    [Fact]
    public void Kubernetes_WaitsLongerThanAStopMayTake() =>
        Assert.All(Deployments, static deployment => Assert.True(StopTime.IsEnough(int.Parse(deployment["spec.template.spec.terminationGracePeriodSeconds"]!, CultureInfo.InvariantCulture))));

    [Theory]
    [MemberData(nameof(Hosts))]
    public void TheNetwork_IsClosedButForWhatIsNamed(string host)
    {
        var deployment = Deployment(host);
        var policy = Manifest.All.Single(manifest => manifest.Kind == "NetworkPolicy" && manifest.Name == host);
        var open = policy.Items("spec.ingress").ToList();

        Assert.Equal(["Ingress", "Egress"], policy.Texts("spec.policyTypes"));
        Assert.Equal(deployment.Node("spec.selector.matchLabels"), policy.Node("spec.podSelector.matchLabels"));
        Assert.Equal(
            Container(deployment).Items("ports").Select(static port => port["containerPort"]).Order(),
            open.SelectMany(static rule => rule.Items("ports")).Select(static port => port["port"]).Order());
        // Only the public port is open to every caller.
        Assert.All(open.Where(static rule => rule.Node("from") is null), static rule => Assert.Equal(DefaultPorts["http"], Assert.Single(rule.Items("ports"))["port"]));
    }

    [Fact]
    public void PublicServices_LeadToThePublicPortAlone() =>
        Assert.All(
            Manifest.All.Where(static manifest => manifest.Kind == "Service" && manifest["spec.clusterIP"] != "None").SelectMany(static service => service.Items("spec.ports")),
            static port => Assert.Equal("http", port["targetPort"]));

    [Fact]
    public void CommandOfADocument_RunsInADeploymentThatThereIs()
    {
        var commands = DocumentedCommands.Documents.SelectMany(DocumentedCommands.In)
            .Select(static command => InDeployment().Match(command.Text))
            .Where(static command => command.Success)
            .ToList();

        Assert.NotEmpty(commands);
        Assert.Empty(commands.Select(static command => command.Groups["name"].Value).Except(Deployments.Select(static deployment => deployment.Name)));
        // A repair is a client of the cluster, and no other policy lets it out to the gateways.
        Assert.All(commands.Where(static command => command.Groups["verb"].Value == "repair"), static command => Assert.Contains(
            Manifest.All.Single(manifest => manifest.Kind == "NetworkPolicy" && manifest.Name == command.Groups["name"].Value).Items("spec.egress").SelectMany(static rule => rule.Items("ports")),
            static port => port["port"] == DefaultPorts["gateway"]));
    }

    private static Manifest Deployment(string host) => Deployments.Single(deployment => deployment.Name == host);

    private static Manifest Container(Manifest deployment) => Assert.Single(deployment.Items("spec.template.spec.containers"));

    [GeneratedRegex(@"^kubectl -n wingman exec deployment/(?<name>\S+) -- dotnet Wingman\.Silo\.dll (?<verb>\S+)")]
    private static partial Regex InDeployment();
}
