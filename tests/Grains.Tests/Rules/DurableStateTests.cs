using System.Reflection;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Runtime;
using Orleans.Storage;
using Wingman.Sessions;
using Wingman.State;

namespace Wingman.Grains.Tests.Rules;

/// <summary>What an activation knows after its storage failed: nothing.</summary>
public sealed class DurableStateTests
{
    private static readonly SessionState Known = new() { Match = new(Guid.NewGuid()), User1 = new(Guid.NewGuid()), User2 = new(Guid.NewGuid()) };

    [Theory]
    [InlineData(typeof(InvalidOperationException), typeof(StorageFailedException))]
    [InlineData(typeof(InconsistentStateException), typeof(StateConflictException))]
    [InlineData(typeof(StorageRefusedException), typeof(StorageRefusedException))]
    [InlineData(typeof(StorageOverloadedException), typeof(StorageOverloadedException))]
    public async Task Write_WhenItFails_ForgetsEverythingAndDeactivates(Type failure, Type expected)
    {
        var grain = new FakeGrain();
        var storage = new FakeStorage();
        var state = new DurableState<SessionState>(StorageNames.Session, grain, storage, NullLogger.Instance);
        await state.ReadAsync();
        await state.WriteAsync(Known);
        Assert.Equal((true, true, Known), (state.IsLoaded, state.IsStored, state.Current));
        Assert.Equal(0, grain.Deactivations);

        storage.Failure = (Exception)Activator.CreateInstance(failure)!;
        var thrown = await Record.ExceptionAsync(() => state.WriteAsync(Known with { User1Confirmed = true }));

        Assert.IsType(expected, thrown);
        Assert.Equal((false, false, new SessionState()), (state.IsLoaded, state.IsStored, state.Current));
        Assert.Equal(1, grain.Deactivations);
    }

    [Fact]
    public async Task Read_WhenItFails_ForgetsEverythingAndDeactivates()
    {
        var grain = new FakeGrain();
        var storage = new FakeStorage();
        var state = new DurableState<SessionState>(StorageNames.Session, grain, storage, NullLogger.Instance);
        await state.ReadAsync();
        await state.WriteAsync(Known);

        storage.Failure = new TimeoutException();
        await Assert.ThrowsAsync<StorageFailedException>(state.ReadAsync);

        Assert.Equal((false, new SessionState()), (state.IsLoaded, state.Current));
        Assert.Equal(1, grain.Deactivations);
    }

    private sealed class FakeStorage : IGrainStorage
    {
        public Exception? Failure { get; set; }

        public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => AnswerAsync();

        public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
        {
            grainState.RecordExists = true;
            return AnswerAsync();
        }

        public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => AnswerAsync();

        private Task AnswerAsync() => Failure is { } failure ? Task.FromException(failure) : Task.CompletedTask;
    }

    private sealed class FakeGrain : IGrainBase
    {
        private readonly FakeContext _context;

        public FakeGrain()
        {
            GrainContext = DispatchProxy.Create<IGrainContext, FakeContext>();
            _context = (FakeContext)GrainContext;
        }

        public IGrainContext GrainContext { get; }

        public int Deactivations => _context.Deactivations;
    }

    /// <summary>Knows who it is, and counts how often it is told to go.</summary>
#pragma warning disable CA1852 // The proxy that the runtime makes derives from it.
    private class FakeContext : DispatchProxy
#pragma warning restore CA1852
    {
        public int Deactivations { get; private set; }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            switch (targetMethod!.Name)
            {
                case $"get_{nameof(IGrainContext.GrainId)}":
                    return GrainId.Create("session", Guid.NewGuid().ToString("N"));
                case nameof(IGrainContext.Deactivate):
                    Deactivations++;
                    return null;
                default:
                    throw new NotSupportedException(targetMethod.Name);
            }
        }
    }
}
