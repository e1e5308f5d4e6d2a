using Microsoft.Extensions.Logging.Abstractions;
using Wingman.State;

namespace Wingman.Grains.Tests.State;

/// <summary>A grain whose row is a note.</summary>
internal sealed class NoteGrain(IGrainContext context, IPersistentState<Note> row, TimeProvider clock)
    : RowGrain<Note>(context, row, clock, NullLogger.Instance)
{
    public static readonly TimeSpan Age = TimeSpan.FromSeconds(2);

    /// <summary>The note that is not expected to change.</summary>
    public static readonly Note Over = new("over");

    public Note? Shown => Known;

    public List<(Note Before, Note? Now)> ChangedElsewhere { get; } = [];

    protected override TimeSpan MaxAge => Age;

    public async Task<(string Outcome, Note? Row, bool IsChanged)> DoAsync(Func<Note?, DateTimeOffset, Decision<string, Note>> decide) => await DecideAsync(decide);

    /// <summary>Writes the note with a plus sign more.</summary>
    public Task<(string Outcome, Note? Row, bool IsChanged)> AppendAsync() => DoAsync(static (note, _) =>
        note is null ? new("no row") : new("appended", new Note($"{note.Text}+")));

    /// <summary>Answers without a write.</summary>
    public Task<(string Outcome, Note? Row, bool IsChanged)> QueryAsync() => DoAsync(static (note, _) => new(note is null ? "no row" : "found"));

    protected override bool IsFinal(Note? state) => state == Over;

    protected override bool IsOwn(Note written, Note read) => written == read;

    protected override void OnChangedElsewhere(Note before, Note? now) => ChangedElsewhere.Add((before, now));
}
