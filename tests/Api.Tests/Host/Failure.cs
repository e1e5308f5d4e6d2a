using System.Reflection;

namespace Wingman.Api.Tests.Host;

/// <summary>Makes the exceptions that Orleans keeps to itself.</summary>
public static class Failure
{
    public static Exception Of(Type type, string message) => (Exception)Activator.CreateInstance(
        type, BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic, binder: null, [message], culture: null)!;
}
