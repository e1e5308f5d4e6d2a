using System.Reflection;
using System.Text.RegularExpressions;
using Wingman.Authentication;
using Wingman.Silo.Hosting;
using Wingman.Silo.Operations.SignIn;
using Wingman.Sweeping;
using Wingman.Testing;

namespace Wingman.Api.Tests.Documentation;

/// <summary>docs/deployment.md lists every setting with its default, and nothing else.</summary>
public sealed partial class SettingsTests
{
    // Read one by one, or by rules of their own, instead of by an options class.
    private static readonly string[] Loose =
    [
        "ConnectionStrings:Wingman", "ASPNETCORE_URLS", "Wingman:Cohosted", "Wingman:SecretsPath", "Orleans:ClusterId", "Orleans:ServiceId",
        "Orleans:Endpoints:AdvertisedIPAddress", "Orleans:Endpoints:SiloPort", "Orleans:Endpoints:GatewayPort", "Authentication:ServiceKeys:<name>",
        "Wingman:Operators:<name>", "Wingman:Webhooks:Receivers",
    ];

    private static readonly Assembly[] Code = [typeof(NoShowOptions).Assembly, typeof(HostRunner).Assembly, typeof(TokenSettings).Assembly];

    [Fact]
    public void Table_ListsEverySetting_AndNothingElse()
    {
        var documented = DocumentedSetting.ReadAll().Select(static setting => setting.Name).ToList();
        var bound = Bound().Select(static setting => setting.Name).ToList();

        Assert.Empty(bound.Concat(Loose).Except(documented));
        Assert.Empty(documented.Except(bound.Concat(Loose)));
        Assert.Equal(documented.Distinct(), documented);
    }

    [Fact]
    public void Table_HasTheDefaultsOfTheCode()
    {
        var documented = DocumentedSetting.ReadAll().ToDictionary(static setting => setting.Name, static setting => setting.Default);

        var wrong =
            from setting in Bound()
            where documented.ContainsKey(setting.Name)
            let expected = Text(setting.Value)
            let found = documented[setting.Name]
            where found != expected && !found.StartsWith($"{expected}:", StringComparison.Ordinal) && !found.StartsWith($"{expected};", StringComparison.Ordinal)
            select $"{setting.Name}: the default is '{expected}', and docs/deployment.md says '{found}'.";

        Assert.Empty(wrong);
    }

    // A setting that is read by its whole name must be in the list above, or this test would not know of it.
    [Fact]
    public void Code_ReadsNoOtherSetting()
    {
        var known = Bound().Select(static setting => setting.Name).Concat(Loose).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var read = Directory.EnumerateFiles(Path.Combine(HostBinaries.Repository, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(static file => !file.Contains("/obj/", StringComparison.Ordinal))
            .SelectMany(static file => SettingLiteral().Matches(File.ReadAllText(file)).Select(static match => match.Groups["name"].Value))
            .Distinct()
            .Where(name => !known.Contains(name) && !known.Any(setting => setting.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase)));

        Assert.Empty(read);
    }

    private static IEnumerable<(string Name, object? Value)> Bound() =>
        from type in Code.SelectMany(static assembly => assembly.GetTypes())
        let section = type.GetField("Section", BindingFlags.Public | BindingFlags.Static)
        where section is not null && type != typeof(ServiceKeySettings) && type != typeof(OperatorSettings)
        let options = Activator.CreateInstance(type)!
        from property in type.GetProperties()
        where property.SetMethod is { IsPublic: true }
        select ($"{section.GetRawConstantValue()}:{property.Name}", property.GetValue(options));

    private static string Text(object? value) => value switch
    {
        null => "not set",
        bool truth => truth ? "true" : "false",
        Array { Length: 0 } => "none",
        TimeSpan { TotalMilliseconds: < 1000 and > 0 } time => $"{time.TotalMilliseconds:0} ms",
        TimeSpan { TotalSeconds: < 60 } time => $"{time.TotalSeconds:0} s",
        TimeSpan { TotalMinutes: < 60 } time => $"{time.TotalMinutes:0} min",
        TimeSpan time => $"{time.TotalHours:0} h",
        _ => FormattableString.Invariant($"{value}"),
    };

    [GeneratedRegex("\"(?<name>(Wingman|Orleans|Authentication)(:\\w+)+)\"")]
    private static partial Regex SettingLiteral();
}
