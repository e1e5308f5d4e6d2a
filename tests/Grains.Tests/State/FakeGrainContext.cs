using System.Reflection;
using Orleans.Runtime;

namespace Wingman.Grains.Tests.State;

/// <summary>An activation that knows its id and counts the requests to deactivate it.</summary>
#pragma warning disable CA1852 // The proxy that the runtime makes derives from it.
internal class FakeGrainContext : DispatchProxy
#pragma warning restore CA1852
{
    public int Deactivations { get; private set; }

    public static (IGrainContext Context, FakeGrainContext Fake) Create()
    {
        var context = Create<IGrainContext, FakeGrainContext>();
        return (context, (FakeGrainContext)context);
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        switch (targetMethod!.Name)
        {
            case $"get_{nameof(IGrainContext.GrainId)}":
                return GrainId.Create("note", Guid.NewGuid().ToString("N"));
            case nameof(IGrainContext.Deactivate):
                Deactivations++;
                return null;
            default:
                throw new NotSupportedException(targetMethod.Name);
        }
    }
}
