namespace Wingman.Testing;

/// <summary>The last lines a process wrote, and all of them in a file if one is given.</summary>
internal sealed class LogTail(int capacity, string? file) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Queue<string> _lines = new(capacity);
    private readonly StreamWriter? _file = file is null ? null : new StreamWriter(file, append: true) { AutoFlush = true };
    private bool _closed;

    public void Add(string? line)
    {
        if (line is null) return;
        lock (_gate)
        {
            if (_closed) return;
            if (_lines.Count == capacity) _lines.Dequeue();
            _lines.Enqueue(line);
            _file?.WriteLine(line);
        }
    }

    public override string ToString()
    {
        lock (_gate)
            return string.Join('\n', _lines);
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _closed = true;
            _file?.Dispose();
        }
    }
}
