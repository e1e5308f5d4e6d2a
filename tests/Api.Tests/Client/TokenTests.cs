using Wingman.Client;

namespace Wingman.Api.Tests.Client;

public sealed class TokenTests : ClientTests
{
    private readonly List<string?> _refused = [];

    [Fact]
    public async Task Token_IsAskedForWithEachCall()
    {
        Service.Answer(200, Reputation).Answer(200, Reputation);
        var client = NewClient(Give("one", "two"));

        await client.GetReputationAsync(Guid.NewGuid());
        await client.GetReputationAsync(Guid.NewGuid());

        Assert.Equal(["one", "two"], Service.Requests.Select(request => request.Token));
        Assert.Equal([null, null], _refused);
    }

    [Fact]
    public async Task Token_ThatIsRefused_IsReplacedOnce()
    {
        Service.Answer(401).Answer(200, Created);

        await NewClient(Give("old", "new")).CreateSessionAsync(Meeting);

        Assert.Equal(["old", "new"], Service.Requests.Select(request => request.Token));
        Assert.Equal([null, "old"], _refused);
        Assert.Equal(Service.Requests[0].Body, Service.Requests[1].Body);
    }

    [Fact]
    public async Task Token_ThatIsRefusedTwice_EndsTheCall()
    {
        Service.Answer(401).Answer(401, """{"detail":"Authentication required. Please log in to access this resource."}""");

        var refusal = await Assert.ThrowsAsync<WingmanException>(() => NewClient(Give("old", "new", "newer")).GetReputationAsync(Guid.NewGuid()));

        Assert.Equal((401, WingmanCodes.Unauthenticated), (refusal.Status, refusal.Code));
        Assert.Equal(2, Service.Requests.Count);
    }

    [Fact]
    public async Task Token_ThatHasNoReplacement_IsNotSentAgain()
    {
        Service.Answer(401);

        await Assert.ThrowsAsync<WingmanException>(() => NewClient(Give("old", "old")).GetReputationAsync(Guid.NewGuid()));

        Assert.Single(Service.Requests);
    }

    private TokenSource Give(params string[] tokens)
    {
        var left = new Queue<string>(tokens);
        return (refused, _) =>
        {
            _refused.Add(refused);
            return ValueTask.FromResult(left.Dequeue());
        };
    }
}
