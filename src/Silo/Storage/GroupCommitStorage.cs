using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Orleans.Configuration;
using Orleans.Runtime;
using Orleans.Serialization.Serializers;
using Orleans.Storage;
using Wingman.Silo.Storage.Batching;
using Wingman.Silo.Storage.Relational;

namespace Wingman.Silo.Storage;

/// <summary>
/// Grain storage that commits many grains' states together: writes queue while the last commit is in flight and then all
/// go out as one statement, with the rows of the product's tables that the states mean. The rows and their format are
/// those of Microsoft.Orleans.Persistence.AdoNet: either provider reads what the other wrote.
/// </summary>
internal sealed class GroupCommitStorage : IGrainStorage, ILifecycleParticipant<ISiloLifecycle>, IAsyncDisposable
{
    private readonly string _name;
    private readonly StorageOptions _options;
    private readonly RowMappings _mappings;
    private readonly IGrainStorageSerializer _serializer;
    private readonly IActivatorProvider _activators;
    private readonly GrainRowHasher _hasher = new();
    private readonly NpgsqlDataSource _database;
    private readonly WriteQueue _writes;
    private readonly WriteLane[] _writeLanes;
    private readonly BatchedReads<ReadRequest, ReadResult> _reads;
    private readonly List<IDisposable> _observations = [];
    private Task _writing = Task.CompletedTask;

    /// <summary>Creates the storage; <see cref="StartAsync"/> starts it.</summary>
    /// <param name="name">The provider's name.</param>
    /// <param name="connectionString">Where the database is. The lanes keep connections of their own, outside any pool.</param>
    /// <param name="mappings">The relational sides of states.</param>
    /// <param name="serializer">The stored form of states.</param>
    /// <param name="activators">Makes the state of a grain that has none.</param>
    /// <param name="options">How states reach the database.</param>
    /// <param name="cluster">The service whose rows these are.</param>
    /// <param name="logger">The log.</param>
    public GroupCommitStorage(
        string name,
        string connectionString,
        RowMappings mappings,
        IGrainStorageSerializer serializer,
        IActivatorProvider activators,
        IOptions<StorageOptions> options,
        IOptions<ClusterOptions> cluster,
        ILogger<GroupCommitStorage> logger)
    {
        _name = name;
        _options = options.Value;
        _mappings = mappings;
        _serializer = serializer;
        _activators = activators;
        _database = LaneConnection.CreateDataSource(connectionString, _options);
        _writes = new(_options);
        var serviceId = cluster.Value.ServiceId;
        _writeLanes = [.. Enumerable.Range(0, _options.Lanes).Select(lane => new WriteLane(lane, _writes, _database, mappings, _options, serviceId, logger))];
        _reads = new("reads", _database, () => new ReadStatement(serviceId, mappings.All), _options, logger);
    }

    /// <inheritdoc/>
    public void Participate(ISiloLifecycle observer) =>
        observer.Subscribe($"{nameof(GroupCommitStorage)}-{_name}", ServiceLifecycleStage.ApplicationServices, StartAsync, StopAsync);

    /// <summary>Checks that the database keeps what it acknowledges, and starts the lanes.</summary>
    /// <exception cref="DurabilityException">It does not.</exception>
    public async Task StartAsync(CancellationToken token)
    {
        await using (var connection = await _database.OpenConnectionAsync(token)) await DurabilityCheck.RunAsync(connection);

        _observations.Add(StorageMetrics.Observe(() => _writes.Count + _reads.Waiting));
        _writing = Task.WhenAll([.. _writeLanes.Select(lane => Task.Run(lane.RunAsync, token))]);
        _reads.Start();
    }

    /// <summary>Takes no more, and returns when all that waited has its outcome.</summary>
    public async Task StopAsync(CancellationToken token)
    {
        _writes.Close();
        await Task.WhenAll(_writing.WaitAsync(token), _reads.StopAsync(token));
        _observations.ForEach(observation => observation.Dispose());
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(CancellationToken.None);
        foreach (var lane in _writeLanes) await lane.DisposeAsync();
        await _reads.DisposeAsync();
        await _database.DisposeAsync();
    }

    /// <inheritdoc/>
    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var request = new ReadRequest(KeyOf(stateName, grainId), _mappings.Find(stateName), _options.Deadline);
        var read = await _reads.AskAsync(request);

        grainState.State = (read.Payload is { } payload ? _serializer.Deserialize<T>(new BinaryData(payload)) : (T?)read.Adopted)
            ?? _activators.GetActivator<T>().Create();
        grainState.ETag = read.Version?.ToString(CultureInfo.InvariantCulture);
        grainState.RecordExists = read.Payload is not null;
    }

    /// <inheritdoc/>
    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var request = new WriteRequest(
            KeyOf(stateName, grainId),
            VersionOf(grainState.ETag),
            PayloadOf(grainState.State),
            grainState.State,
            _mappings.Find(stateName),
            _options.Deadline);
        var version = await _writes.EnqueueAsync(request);

        grainState.ETag = version.ToString(CultureInfo.InvariantCulture);
        grainState.RecordExists = true;
    }

    /// <inheritdoc/>
    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        if (VersionOf(grainState.ETag) is null)
        {
            await ReadStateAsync(stateName, grainId, grainState);
            if (!grainState.RecordExists) return;
        }

        // The row stays, without payload: its version goes on counting, so that an old activation cannot write over it.
        var request = new WriteRequest(KeyOf(stateName, grainId), VersionOf(grainState.ETag), null, null, null, _options.Deadline);
        var version = await _writes.EnqueueAsync(request);

        grainState.ETag = version.ToString(CultureInfo.InvariantCulture);
        grainState.RecordExists = false;
        grainState.State = _activators.GetActivator<T>().Create();
    }

    private static int? VersionOf(string? etag) =>
        string.IsNullOrWhiteSpace(etag) ? null : int.Parse(etag, CultureInfo.InvariantCulture);

    private byte[] PayloadOf<T>(T state)
    {
        var payload = _serializer.Serialize(state).ToMemory();
        return MemoryMarshal.TryGetArray(payload, out var part) && part.Count == part.Array!.Length ? part.Array : payload.ToArray();
    }

    private GrainRowKey KeyOf(string stateName, GrainId grainId) => GrainRowKey.Create(_hasher.Name(stateName), grainId, _hasher);
}
