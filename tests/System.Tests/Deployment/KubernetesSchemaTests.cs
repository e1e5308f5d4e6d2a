using System.Diagnostics;
using k8s;
using k8s.Models;
using Wingman.Testing;
using YamlDotNet.Core;

namespace Wingman.SystemTests.Deployment;

/// <summary>A test that needs kubectl, though no cluster. Where it is not installed the test is reported as skipped, with what to do.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class KubectlFactAttribute : FactAttribute
{
    public KubectlFactAttribute()
    {
        if (KubernetesSchemaTests.Kubectl is null)
            Skip = "kubectl is not installed: install version 1.21 or newer, https://kubernetes.io/docs/tasks/tools.";
    }
}

/// <summary>The manifests have no field that Kubernetes does not know, and no value of a wrong type.</summary>
/// <remarks>
/// What a field may contain (the range of a number, the form of a name) is checked by Kubernetes' API server only, and by no test here.
/// </remarks>
public sealed class KubernetesSchemaTests
{
    /// <summary>
    /// Read by kustomize and never sent to Kubernetes, so its schema, and the package, do not have them. The tests with kubectl read them.
    /// </summary>
    private static readonly string[] KindsOfKustomize = ["Component", "Kustomization"];

    private static readonly string Folder = Path.Combine(HostBinaries.Repository, "deploy", "kubernetes");

    internal static string? Kubectl { get; } = ComposeRulesTests.FindOnPath("kubectl");

    /// <summary>Every file below deploy/kubernetes, the patches of the components included.</summary>
    public static TheoryData<string> Files => [.. Manifest.All.Select(static manifest => manifest.File).Distinct()];

    [Theory]
    [MemberData(nameof(Files))]
    public void EveryObject_HasOnlyFieldsOfItsKind(string file)
    {
        var manifests = Manifest.All.Where(manifest => manifest.File == file).ToList();
        if (manifests.Any(static manifest => KindsOfKustomize.Contains(manifest.Kind)))
        {
            // A file of kustomize has nothing else in it that would be left out here.
            Assert.Single(manifests);
            return;
        }

        var objects = Load(File.ReadAllText(Path.Combine(Folder, file)));

        Assert.Equal(manifests.Select(static manifest => manifest.Kind), objects.Select(static loaded => loaded.Kind));
    }

    [Theory]
    [InlineData("readinessProbe:", "readynessProbe:")]
    [InlineData("terminationGracePeriodSeconds:", "terminationGracePeriod:")]
    [InlineData("optional: true", "isOptional: true")]
    [InlineData("maxUnavailable: 1", "maxUnavailables: 1")]
    [InlineData("replicas: 3", "replicas: three")]
    public void Object_WithAMisspeltFieldOrAWrongType_IsRefused(string right, string wrong)
    {
        var text = File.ReadAllText(Path.Combine(Folder, "silo.yaml"));
        Assert.Contains(right, text, StringComparison.Ordinal);

        Assert.ThrowsAny<YamlException>(() => Load(text.Replace(right, wrong, StringComparison.Ordinal)));
    }

    [KubectlFact]
    public async Task Kustomization_IsPrinted_WithEveryObject()
    {
        var printed = Load(await KustomizeAsync(Path.Combine("deploy", "kubernetes")));

        var written = Manifest.All
            .Where(static manifest => !manifest.File.Contains('/', StringComparison.Ordinal) && !KindsOfKustomize.Contains(manifest.Kind));
        Assert.Equal(
            written.Select(static manifest => $"{manifest.Kind} {manifest.Name}").Order(StringComparer.Ordinal),
            printed.Select(static loaded => $"{loaded.Kind} {((IMetadata<V1ObjectMeta>)loaded).Metadata.Name}").Order(StringComparer.Ordinal));
        Assert.All(printed.OfType<V1Deployment>(), static deployment => Assert.Equal("wingman", deployment.Metadata.NamespaceProperty));
    }

    [KubectlFact]
    public async Task Kustomization_WithTlsBetweenHosts_GivesEachDeploymentItsCertificate()
    {
        var copy = Directory.CreateTempSubdirectory("kubernetes-");
        try
        {
            foreach (var file in Manifest.All.Select(static manifest => manifest.File).Distinct())
            {
                var text = await File.ReadAllTextAsync(Path.Combine(Folder, file));
                var target = Path.Combine(copy.FullName, file);
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                // Switched on as docs/deployment.md says: the lines are there, as a comment.
                await File.WriteAllTextAsync(target, text.Replace("# components:\n#   -", "components:\n  -", StringComparison.Ordinal));
            }

            var deployments = Load(await KustomizeAsync(copy.FullName)).OfType<V1Deployment>().ToList();

            Assert.Equal(2, deployments.Count);
            Assert.All(deployments, static deployment =>
            {
                var container = Assert.Single(deployment.Spec.Template.Spec.Containers);
                var key = Assert.Single(container.Env, static variable => variable.Name == "Wingman__Cluster__Tls__KeyPath");
                Assert.Equal("/etc/wingman/tls/tls.key", key.Value);
                // The patch adds to what the deployment has.
                Assert.Contains(container.Env, static variable => variable.Name == "ConnectionStrings__Wingman");
                Assert.Contains(deployment.Spec.Template.Spec.Volumes, volume => volume.Secret?.SecretName == $"{deployment.Metadata.Name}-tls");
            });
        }
        finally
        {
            copy.Delete(recursive: true);
        }
    }

    // Strict: an unknown field is an error, as is a kind that the package does not have.
    private static List<IKubernetesObject> Load(string text) =>
        [.. KubernetesYaml.LoadAllFromString(text, typeMap: null, strict: true).Cast<IKubernetesObject>()];

    private static async Task<string> KustomizeAsync(string folder)
    {
        using var kubectl = Process.Start(new ProcessStartInfo(Kubectl!, ["kustomize", folder])
        {
            WorkingDirectory = HostBinaries.Repository,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        })!;
        var output = kubectl.StandardOutput.ReadToEndAsync();
        var errors = kubectl.StandardError.ReadToEndAsync();
        await kubectl.WaitForExitAsync().WaitAsync(Eventually.Deadline);

        Assert.True(kubectl.ExitCode == 0, await output + await errors);
        return await output;
    }
}
