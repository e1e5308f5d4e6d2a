using Wingman.Client;
using Wingman.TwoBuddies;

// Two buddies play one session through a running service, by default the one that `./wingman up` serves.
var address = new Uri(args.Length > 0 ? args[0] : "http://localhost:8000");
var (ana, ben, match) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());

using var interrupted = new CancellationTokenSource();
Console.CancelKeyPress += (_, key) =>
{
    key.Cancel = true;
    interrupted.Cancel();
};
var cancellation = interrupted.Token;

// An application has one client for each user who is signed in, and its backend has one for itself.
using var backend = ClientOf(ana, "service_role");
using var ofAna = ClientOf(ana, "authenticated");
using var ofBen = ClientOf(ben, "authenticated");

try
{
    await backend.PutMatchAsync(match, new PutMatchRequest { User1Id = ana, User2Id = ben, Status = PutMatchRequestStatus.Accepted }, cancellation);
    Console.WriteLine("The backend registers that Ana and Ben are matched.");

    var created = await ofAna.CreateSessionAsync(
        new CreateSessionRequest { MatchId = match, VenueName = "Cafe Central", Time = DateTimeOffset.Parse("2099-01-01T10:00:00Z", null) }, cancellation);
    Console.WriteLine($"Ana schedules a session. {created.Message}.");

    var phone = ShowAsync(ofAna, created.SessionId);
    var confirm = new ConfirmCompletionRequest { SessionId = created.SessionId };
    Console.WriteLine($"Ana confirms: {(await ofAna.ConfirmCompletionAsync(confirm, cancellation)).Message}");
    Console.WriteLine($"Ben confirms: {(await ofBen.ConfirmCompletionAsync(confirm, cancellation)).Message}");
    Console.WriteLine($"Ben again: {(await ofBen.ConfirmCompletionAsync(confirm, cancellation)).Message}");
    await phone;

    try
    {
        await ofBen.CancelSessionAsync(created.SessionId, cancellation);
    }
    catch (WingmanException refusal) when (refusal.Code == WingmanCodes.SessionCompleted)
    {
        Console.WriteLine($"Ben would like to cancel: {refusal.Detail}");
    }

    foreach (var (name, user) in new[] { ("Ana", ana), ("Ben", ben) })
    {
        var reputation = await ofAna.GetReputationAsync(user, cancellation);
        Console.WriteLine($"{name}'s reputation: {reputation.CompletedSessions} completed, score {reputation.Score}, {reputation.BadgeColor}");
    }

    return 0;
}
catch (Exception failure) when (failure is WingmanException or HttpRequestException or OperationCanceledException or IOException)
{
    Console.Error.WriteLine($"The sample failed: {failure.Message}");
    return 1;
}

WingmanClient ClientOf(Guid user, string role) =>
    WingmanClient.Create(new WingmanClientOptions { Address = address, Token = new DevelopmentToken(user, role).GetAsync });

// What Ana's phone shows, until the session is over.
async Task ShowAsync(WingmanClient client, Guid session)
{
    await foreach (var change in client.WatchAsync(session, cancellationToken: cancellation))
        Console.WriteLine($"  Ana's phone: {change.Name} ({change.Data.Session?.Status})");
}
