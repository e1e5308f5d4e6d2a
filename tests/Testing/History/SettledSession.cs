namespace Wingman.Testing.History;

/// <summary>A session that receives no more calls.</summary>
/// <param name="Session">The session.</param>
/// <param name="Pair">Its users.</param>
/// <param name="Finals">The states, as bits, that it may be in.</param>
/// <param name="Acknowledged">What clients were answered.</param>
internal sealed record SettledSession(Guid Session, Pair Pair, int Finals, Acknowledged Acknowledged);
