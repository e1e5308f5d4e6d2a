using System.Reflection;

namespace Wingman.Api.Tests.Host;

/// <summary>Makes exceptions of Orleans that have no public constructor.</summary>
public static class Failure
{
    public static Exception Of(Type type, string message) => (Exception)Activator.CreateInstance(
        type, BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic, binder: null, [message], culture: null)!;
}
