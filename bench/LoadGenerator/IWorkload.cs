namespace Wingman.Bench.LoadGenerator;

/// <summary>The calls of one phase, by index. Each is made at most once.</summary>
internal interface IWorkload
{
    int Count { get; }

    /// <summary>Writes the whole request, head and body, and returns its length.</summary>
    int Write(int index, Span<byte> destination);

    /// <summary>Whether this is the answer that the call must get; anything else fails the phase.</summary>
    bool IsExpected(int status, ReadOnlySpan<byte> body);

    /// <summary>Whether a call may be refused (<see cref="HttpAnswer.IsRefusal"/>). It is then counted, and neither answered nor failed.</summary>
    bool MayBeRefused => false;

    /// <summary>A call was refused.</summary>
    void Refused(int index)
    {
    }
}
