using Wingman.TokenCosts;

// The cost of authentication in CPU time and allocated bytes per request of one thread: each way to sign in, with and without cached tokens.
Console.WriteLine($"{"credential",-22} {"cached",-12} {"us per request",14} {"bytes",10}");
foreach (var signing in new[] { Signing.Es256, Signing.Rs256, Signing.Hs256 })
{
    foreach (var remembered in new[] { 0, 10_000 }) await MeasureAsync(signing, remembered);
}
await MeasureAsync(Signing.ServiceKey, remembered: 0);
await MeasureAsync(Signing.TestHeaders, remembered: 0);

static async Task MeasureAsync(Signing signing, int remembered)
{
    await using var door = await FrontDoorAlone.StartAsync(signing, remembered);
    var (cpu, bytes) = await door.MeasureAsync();
    Console.WriteLine($"{signing,-22} {(remembered == 0 ? "no" : "yes"),-12} {cpu.TotalMicroseconds,14:0.0} {bytes,10}");
}
