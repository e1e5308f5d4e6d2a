using System.Security.Cryptography;
using System.Text;

namespace Wingman.Bench.Database;

/// <summary>
/// The content of a template database. Ids are hashes of their numbers: they are as scattered in an index as random ids, but
/// both SQL and this process can compute them.
/// </summary>
/// <param name="Name">Names the template, with <see cref="Tables"/>; one is made per name.</param>
/// <param name="Sessions">Matches with one session each, scheduled unless <see cref="IsOver"/>.</param>
/// <param name="FreeMatches">Further accepted matches without a session.</param>
/// <param name="Users">The number of users to whom the matches are distributed.</param>
internal sealed record DatabaseShape(string Name, int Sessions, int FreeMatches, int Users)
{
    /// <summary>Whether the first user of every match is the same one.</summary>
    public bool OneUserInAll { get; init; }

    /// <summary>Whether the sessions are completed already, for runs that only read.</summary>
    public bool IsOver { get; init; }

    /// <summary>Whose tables.</summary>
    public Tables Tables { get; init; }

    public int Matches => Sessions + FreeMatches;

    /// <summary>The database that is copied for each run of this shape.</summary>
    public string Template => $"{Name}_{(Tables == Tables.Product ? "product" : "fresh")}";

    public static Guid SessionId(int number) => Id("session", number);

    public static Guid MatchId(int number) => Id("match", number);

    public static Guid UserId(int number) => Id("user", number);

    public int User1Of(int match) => OneUserInAll ? 0 : match % Users;

    /// <summary>Another user than <see cref="User1Of"/>; each round over the users makes other pairs.</summary>
    public int User2Of(int match) => OneUserInAll
        ? 1 + (match % (Users - 1))
        : (int)((match + 1L + (match / Users % (Users - 1))) % Users);

    private static Guid Id(string kind, int number)
    {
        Span<byte> text = stackalloc byte[32];
        Span<byte> hash = stackalloc byte[MD5.HashSizeInBytes];
        Encoding.ASCII.TryGetBytes(kind, text, out var length);
        number.TryFormat(text[length..], out var digits);
        // Not used for security: Postgres' own md5() must give the same value.
#pragma warning disable CA5351
        MD5.HashData(text[..(length + digits)], hash);
#pragma warning restore CA5351
        return new Guid(hash, bigEndian: true);
    }
}
