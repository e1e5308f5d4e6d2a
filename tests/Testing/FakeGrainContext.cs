using System.Reflection;

namespace Wingman.Testing;

/// <summary>An activation that knows its id and counts the requests to deactivate it.</summary>
public class FakeGrainContext : DispatchProxy
{
    private GrainId _id;

    /// <summary>How often the deactivation was requested.</summary>
    public int Deactivations { get; private set; }

    /// <summary>Creates an activation.</summary>
    /// <param name="id">Its grain.</param>
    public static (IGrainContext Context, FakeGrainContext Fake) Create(GrainId id)
    {
        var context = Create<IGrainContext, FakeGrainContext>();
        var fake = (FakeGrainContext)context;
        fake._id = id;
        return (context, fake);
    }

    /// <inheritdoc/>
    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        switch (targetMethod!.Name)
        {
            case $"get_{nameof(IGrainContext.GrainId)}":
                return _id;
            case nameof(IGrainContext.Deactivate):
                Deactivations++;
                return null;
            default:
                throw new NotSupportedException(targetMethod.Name);
        }
    }
}
