using System.Collections.Concurrent;
using Microsoft.Playwright;
using Wingman.Testing;

namespace Wingman.SystemTests.Browser;

/// <summary>Compares what a page is answered with the description of the API.</summary>
internal sealed class BrowserAnswers
{
    private readonly ConcurrentQueue<Task> _comparisons = [];

    /// <summary>Begins with the next request of the page.</summary>
    public BrowserAnswers(IPage page) => page.RequestFinished += (_, request) => _comparisons.Enqueue(CompareAsync(request));

    /// <summary>Fails if an answer that the page has received so far is not as described.</summary>
    /// <exception cref="UndocumentedAnswerException">One is not.</exception>
    public Task CheckAsync() => Task.WhenAll(_comparisons).WaitAsync(BrowserFixture.Deadline);

    private static async Task CompareAsync(Microsoft.Playwright.IRequest request)
    {
        var address = new Uri(request.Url);
        if (DocumentedAnswers.TemplateOf(address) is null) return;

        try
        {
            if (await request.ResponseAsync() is not { } response) return;
            var contentType = response.Headers.GetValueOrDefault("content-type");
            byte[] body = contentType == DocumentedAnswers.EventStream ? [] : await response.BodyAsync();
            DocumentedAnswers.Check(new GivenAnswer(new HttpMethod(request.Method), address, response.Status, contentType, body));
        }
        catch (PlaywrightException)
        {
            // The page was loaded again or closed meanwhile, so the browser no longer has the body.
        }
    }
}
