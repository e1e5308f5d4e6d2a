using Wingman.SystemTests.Deployment;
using Wingman.SystemTests.Repository;
using YamlDotNet.RepresentationModel;

namespace Wingman.SystemTests.Monitoring;

/// <summary>The parts of the monitoring agree with each other and with docker-compose.yml.</summary>
public sealed class ProvisioningTests
{
    [Fact]
    public void Prometheus_WatchesEveryHostOfTheComposeFile_AtItsOperatorsPort()
    {
        var job = Assert.Single(MonitoringFiles.List(MonitoringFiles.Read(MonitoringFiles.Configuration)["scrape_configs"]));
        var targets = ComposeFile.Names(Assert.Single(MonitoringFiles.List(job["static_configs"]))["targets"]);

        Assert.Equal("wingman", job["job_name"]);
        Assert.Equal(ComposeFile.OurServices.Select(static service => $"{service}:{OperatorsPortOf(service)}"), targets.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void DocumentedJobForKubernetes_KeepsTheOperatorsPortOfEveryPod()
    {
        var job = Assert.Single(MonitoringFiles.List(MonitoringFiles.Parse(DocumentedCommands.Block("docs/operations.md", "scrape_configs:"))["scrape_configs"]));
        var kept = MonitoringFiles.List(job["relabel_configs"]).Where(static rule => rule.GetValueOrDefault("action") is "keep")
            .ToDictionary(static rule => Assert.Single(ComposeFile.Names(rule["source_labels"])), static rule => (string)rule["regex"]);
        var pods = Manifest.All.Where(static manifest => manifest.Kind == "Deployment" && !manifest.File.Contains('/', StringComparison.Ordinal))
            .Select(static deployment => new Manifest(deployment.File, deployment.Node("spec.template")!))
            .ToList();

        Assert.Equal("wingman", job["job_name"]);
        Assert.Equal(["__meta_kubernetes_pod_container_port_name", "__meta_kubernetes_pod_label_app_kubernetes_io_name"], kept.Keys.Order(StringComparer.Ordinal));
        Assert.NotEmpty(pods);
        Assert.All(pods, pod =>
        {
            var labels = (YamlMappingNode)pod.Node("metadata.labels")!;
            Assert.Equal(kept["__meta_kubernetes_pod_label_app_kubernetes_io_name"], labels.Children[new YamlScalarNode("app.kubernetes.io/name")].ToString());
            Assert.Contains(
                pod.Items("spec.containers").SelectMany(static container => container.Items("ports")),
                port => port["name"] == kept["__meta_kubernetes_pod_container_port_name"] && port["containerPort"] == "8081");
        });
    }

    [Fact]
    public void Dashboard_AsksTheProvisionedPrometheus_AtItsAddressInTheComposeFile()
    {
        var source = Assert.Single(MonitoringFiles.List(MonitoringFiles.Read(MonitoringFiles.DataSource)["datasources"]));

        Assert.All(MonitoringFiles.Panels, panel => Assert.Equal([(string)source["uid"]], panel.DataSources));
        Assert.Equal("http://prometheus:9090", source["url"]);
        Assert.Equal(
            ((string)ComposeFile.Map(MonitoringFiles.Read(MonitoringFiles.Configuration)["global"])["scrape_interval"]),
            ComposeFile.Map(source["jsonData"])["timeInterval"]);
        Assert.Contains("monitoring", ComposeFile.Names(ComposeFile.Services["prometheus"]["networks"]));
        Assert.Contains("cluster", ComposeFile.Names(ComposeFile.Services["prometheus"]["networks"]));
        Assert.Equal(["monitoring"], ComposeFile.Names(ComposeFile.Services["grafana"]["networks"]));
    }

    [Fact]
    public void Panels_HaveTitlesOfTheirOwn_AndDoNotOverlap()
    {
        var panels = MonitoringFiles.Panels;

        Assert.Equal(panels.Count, panels.Select(static panel => panel.Id).Distinct().Count());
        Assert.Equal(panels.Count, panels.Select(static panel => panel.Title).Distinct().Count());
        Assert.All(panels, panel => Assert.True(panel.Place.X + panel.Place.Width <= 24, panel.Title));
        Assert.All(panels, panel => Assert.DoesNotContain(panels, other => other.Id != panel.Id && other.Place.Overlaps(panel.Place)));
        Assert.All(panels.Where(static panel => panel.Title != "Alerts"), static panel => Assert.NotEmpty(panel.Unit));
    }

    [Fact]
    public void Monitoring_IsPublishedToThisMachineOnly()
    {
        var services = ComposeFile.Services.Where(static service => service.Value.ContainsKey("profiles")).ToDictionary();

        Assert.Equal(["grafana", "prometheus"], services.Keys.Order());
        Assert.All(services.Values, static service =>
        {
            Assert.Equal(["monitoring"], ComposeFile.Names(service["profiles"]));
            Assert.StartsWith("127.0.0.1:", Assert.Single(ComposeFile.Names(service["ports"])), StringComparison.Ordinal);
        });
    }

    [Fact]
    public void MemoryAlert_IsAboutTheLimitOfOurContainers()
    {
        Assert.All(ComposeFile.OurServices, static name => Assert.Equal("1g", ComposeFile.Services[name]["mem_limit"]));
        Assert.Contains("* 1024 * 1024 * 1024", MonitoringFiles.Alerts.Single(static alert => alert.Name == "WingmanMemoryHigh").Expression, StringComparison.Ordinal);
    }

    private static int OperatorsPortOf(string service)
    {
        const string Setting = "Wingman__Operations__Url";
        var url = ComposeFile.Map(ComposeFile.Services[service]["environment"]).TryGetValue(Setting, out var own) ? (string)own : Image.Environment[Setting];
        return new Uri(url).Port;
    }
}
