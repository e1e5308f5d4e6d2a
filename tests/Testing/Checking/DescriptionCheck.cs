using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Wingman.Testing.Checking;

/// <summary>
/// Compares answers to the load with the description of the API. The load shares its processors with the service, and every comparison
/// reads a whole body: so where speed is judged, only the first answers of each kind are compared, which include every status that is not
/// listed, and then one of many. A task of its own compares them, one after the other, and no call waits for it.
/// </summary>
internal sealed class DescriptionCheck : IAsyncDisposable
{
    /// <summary>So many answers are compared of each method, path and status.</summary>
    public const int First = 50;

    /// <summary>After the first ones, one of so many.</summary>
    public const int Every = 20;

    private readonly ConcurrentDictionary<(string Method, string Template, int Status), StrongBox<int>> _counts = new();

    // Without a limit: an answer is compared in less time than passes until the next one is taken.
    private readonly Channel<((string Method, string Template, int Status) Kind, GivenAnswer Answer)> _taken =
        Channel.CreateUnbounded<((string Method, string Template, int Status) Kind, GivenAnswer Answer)>(new UnboundedChannelOptions { SingleReader = true });

    private readonly Violations _violations;
    private readonly int _every;
    private readonly Task _comparing;
    private long _compared;

    public DescriptionCheck(Violations violations, bool comparesAll = false)
    {
        _violations = violations;
        _every = comparesAll ? 1 : Every;
        _comparing = Task.Run(CompareAsync);
    }

    /// <summary>How many answers were compared.</summary>
    public long Compared => Volatile.Read(ref _compared);

    /// <summary>Takes an answer, and perhaps has it compared.</summary>
    public void Take(GivenAnswer answer)
    {
        if (DocumentedAnswers.TemplateOf(answer.Address) is not { } template) return;
        var kind = (answer.Method.Method, template, answer.Status);
        var number = Interlocked.Increment(ref _counts.GetOrAdd(kind, static _ => new StrongBox<int>()).Value);
        if (number <= First || number % _every == 0) _taken.Writer.TryWrite((kind, answer));
    }

    /// <summary>Returns when all that was taken has been compared. Nothing is taken afterwards.</summary>
    public async Task FinishAsync()
    {
        _taken.Writer.TryComplete();
        await _comparing;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await FinishAsync();

    private async Task CompareAsync()
    {
        // One violation of each kind: a wrong shape has as many as there are answers, all with ids of their own.
        HashSet<(string Method, string Template, int Status)> found = [];
        await foreach (var (kind, answer) in _taken.Reader.ReadAllAsync())
        {
            if (DocumentedAnswers.ProblemOf(answer) is { } problem && found.Add(kind)) _violations.Add(new Violation("contract", problem));
            Interlocked.Increment(ref _compared);
        }
    }
}
