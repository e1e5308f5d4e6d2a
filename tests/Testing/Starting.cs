namespace Wingman.Testing;

/// <summary>Starts what must be disposed of if its start fails, since its caller then never gets it.</summary>
public static class Starting
{
    /// <summary>Starts an object. If that fails, the object is disposed of.</summary>
    /// <param name="begun">The object, as its constructor left it.</param>
    /// <param name="start">Starts it.</param>
    /// <returns>The object, started.</returns>
    public static async Task<T> StartedAsync<T>(this T begun, Func<T, Task> start)
        where T : IAsyncDisposable
    {
        try
        {
            await start(begun);
            return begun;
        }
        catch
        {
            await begun.DisposeAsync();
            throw;
        }
    }
}
