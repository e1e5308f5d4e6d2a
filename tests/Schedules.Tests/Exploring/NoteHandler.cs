using System.Runtime.CompilerServices;

namespace Wingman.Schedules.Exploring;

/// <summary>Builds the text of a note only where notes are kept.</summary>
[InterpolatedStringHandler]
internal ref struct NoteHandler
{
    private DefaultInterpolatedStringHandler _text;

    public NoteHandler(int literals, int holes, Explorer explorer, out bool isKept)
    {
        isKept = explorer.IsTraced;
        if (isKept) _text = new(literals, holes);
    }

    public string Text => _text.ToStringAndClear();

    public void AppendLiteral(string value) => _text.AppendLiteral(value);

    public void AppendFormatted<T>(T value, string? format = null) => _text.AppendFormatted(value, format);
}
