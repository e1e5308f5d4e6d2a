using System.Text;
using Wingman.Bench.Database;
using Wingman.Testing;

namespace Wingman.Bench.Calls;

/// <summary>How calls say who makes them: the test header, or a real token signed beforehand.</summary>
internal sealed class CallerHeaders
{
    private readonly Guid[] _users;
    private readonly byte[][]? _tokens;

    private CallerHeaders(Guid[] users, byte[][]? tokens) => (_users, _tokens) = (users, tokens);

    public static CallerHeaders TestHeader(DatabaseShape shape) => new(Users(shape), null);

    /// <summary>One token per user of the shape.</summary>
    public static CallerHeaders Tokens(DatabaseShape shape, TestTokens tokens)
    {
        var users = Users(shape);
        return new CallerHeaders(users, [.. users.Select(Sign)]);

        byte[] Sign(Guid user) => Encoding.ASCII.GetBytes(tokens.ForUser(user, TimeSpan.FromHours(3)));
    }

    public Guid IdOf(int user) => _users[user];

    public void Write(ref RequestWriter request, int user)
    {
        if (_tokens is null)
        {
            request.Write("X-Test-User-ID: "u8);
            request.Write(_users[user]);
        }
        else
        {
            request.Write("Authorization: Bearer "u8);
            request.Write(_tokens[user]);
        }

        request.Write("\r\n"u8);
    }

    private static Guid[] Users(DatabaseShape shape) => [.. Enumerable.Range(0, shape.Users).Select(DatabaseShape.UserId)];
}
