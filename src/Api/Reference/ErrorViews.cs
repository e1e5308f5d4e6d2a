using System.Text.Json.Nodes;

namespace Wingman.Reference;

/// <summary>The shape of every refusal but 422.</summary>
internal sealed record ErrorView(string Detail);

/// <summary>The shape of a 422.</summary>
internal sealed record FieldErrorsView(IReadOnlyList<FieldErrorView> Detail);

/// <summary>One thing that is wrong with a request.</summary>
internal sealed record FieldErrorView(string Type, IReadOnlyList<string> Loc, string Msg, JsonNode? Input);
