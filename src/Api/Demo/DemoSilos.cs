using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Wingman.Development;
using Wingman.Wire;

namespace Wingman.Demo;

/// <summary>
/// <c>GET /demo/silos</c> and <c>POST /demo/session/{session_id}/kill-silo</c>: how many silos run here, and the end of one, for the
/// page that shows one session as two phones.
/// </summary>
internal static class DemoSilos
{
    private static readonly Refusal TooFew =
        new(409, RefusalCode.NoSilo, "No silo was killed: fewer than two run in Development on the machine of this host");

    /// <summary>Maps the endpoints. For Development only: the caller decides that.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/demo/silos", CountAsync).RequireAuthorization().ExcludeFromDescription();
        routes.MapPost("/demo/session/{session_id}/kill-silo", KillAsync).RequireAuthorization().ExcludeFromDescription();
    }

    private static async Task<SiloCount> CountAsync(GrainCalls calls) => new((await RunningAsync(calls)).Count);

    /// <summary>
    /// Kills the silo that has the session, or another one if that silo is in this process, which serves the page. At least one silo
    /// stays.
    /// </summary>
    private static async Task<Results<Ok<KilledSilo>, Refusal>> KillAsync([FromRoute(Name = "session_id")] SessionId session, GrainCalls calls)
    {
        var holder = (await calls.IdempotentAsync(
            session, static async (grains, id) => await grains.GetGrain<IManagementGrain>(0).GetActivationAddress(grains.GetSession(id)))).Value;
        var running = await RunningAsync(calls);
        if (running.Count < 2) return TooFew;

        var others = running.Where(static silo => !silo.Process.IsOwn).ToList();
        var killed = others.Find(silo => silo.Address.Equals(holder)) ?? others[0];
        killed.Process.Kill();
        return TypedResults.Ok(new KilledSilo($"{killed.Address.Endpoint}", killed.Address.Equals(holder)));
    }

    // A silo that was killed is listed as active until the others have declared it dead.
    private static async Task<List<RunningSilo>> RunningAsync(GrainCalls calls)
    {
        var active = (await calls.IdempotentAsync(0, static (grains, key) => grains.GetGrain<IManagementGrain>(key).GetDetailedHosts(onlyActive: true))).Value;
        return [.. active
            .Select(static silo => new RunningSilo(silo.SiloAddress, new(silo.HostName, silo.SiloName, silo.StartTime)))
            .Where(static silo => silo.Process.IsRunning)];
    }

    private sealed record RunningSilo(SiloAddress Address, SiloProcess Process);
}

/// <summary>How many silos run.</summary>
/// <param name="Silos">Their number; those on other machines are not counted.</param>
internal sealed record SiloCount(int Silos);

/// <summary>The silo that was killed.</summary>
/// <param name="Silo">Its address and port.</param>
/// <param name="HadSession">Whether it had the session.</param>
internal sealed record KilledSilo(string Silo, bool HadSession);
