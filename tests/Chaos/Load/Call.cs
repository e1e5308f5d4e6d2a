using System.Text.Json;

namespace Wingman.Chaos.Load;

/// <summary>What a client knows after a call.</summary>
internal enum CallOutcome
{
    /// <summary>An answer below 500.</summary>
    Answered,

    /// <summary>An answer of 500 or more: the call may have been carried out.</summary>
    Failed,

    /// <summary>No answer: the call may have been carried out.</summary>
    Lost,

    /// <summary>No host accepted the call: it was not carried out.</summary>
    NotSent,
}

/// <summary>One call.</summary>
internal sealed record Call(CallOutcome Outcome, int Status, JsonElement Body, long InvokedAt, long ReturnedAt, string Path, string Host, string? Error)
{
    public TimeSpan Took => RunClock.Between(InvokedAt, ReturnedAt);

    /// <summary>The text of a refusal.</summary>
    public string Detail =>
        Body.ValueKind == JsonValueKind.Object && Body.TryGetProperty("detail", out var detail) ? detail.ToString() : Error ?? "";

    public override string ToString() => $"{Path} at {Host}: {(Status == 0 ? Outcome.ToString() : Status)} {Detail} after {Took.TotalSeconds:0.00} s";
}
