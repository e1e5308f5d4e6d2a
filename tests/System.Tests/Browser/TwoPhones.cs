using Microsoft.Playwright;
using Wingman.Testing;

namespace Wingman.SystemTests.Browser;

/// <summary>The page that shows one session as two phones, open in a browser.</summary>
internal sealed class TwoPhones : IAsyncDisposable
{
    private const int HeightOfCaption = 24;

    private const string AddCaption = """
        text => {
          const caption = document.createElement('p');
          caption.id = 'caption';
          caption.textContent = text;
          caption.style.marginTop = '1rem';
          document.querySelector('.phones').after(caption);
        }
        """;

    private readonly List<string> _complaints;
    private readonly BrowserAnswers _answers;

    private TwoPhones(IPage page, Uri host)
    {
        Page = page;
        Ana = new(page.Locator("#ana"));
        Ben = new(page.Locator("#ben"));
        KillSilo = page.Locator("#kill");
        Killed = page.Locator("#killed");
        _complaints = page.Watch(host);
        _answers = new(page);
    }

    public IPage Page { get; }

    public Phone Ana { get; }

    public Phone Ben { get; }

    /// <summary>The button that kills a silo, also where it is hidden.</summary>
    public ILocator KillSilo { get; }

    /// <summary>What the page says about the silo that it killed.</summary>
    public ILocator Killed { get; }

    /// <summary>Opens it and waits until both phones show a new session.</summary>
    public static async Task<TwoPhones> OpenAsync(BrowserFixture browser, Uri host, BrowserNewContextOptions? screen = null)
    {
        var phones = new TwoPhones(await browser.OpenAsync(screen), host);
        await phones.Page.GotoAsync(host.ToString());
        await phones.ShowNewSessionAsync();
        return phones;
    }

    /// <summary>Presses one of the buttons above the phones.</summary>
    public Task PressAsync(string button) => Phone.PressAsync(Page.GetByRole(AriaRole.Button, new() { Name = button, Exact = true }));

    /// <summary>Waits until both phones show a session that nobody has confirmed.</summary>
    public async Task ShowNewSessionAsync()
    {
        foreach (var phone in new[] { Ana, Ben })
        {
            await phone.SaysAsync("Did you finish your session?");
            await Assertions.Expect(phone.Line).ToHaveTextAsync("live");
        }
    }

    /// <summary>
    /// Confirms on Ben's phone until both phones show the completion. Until the others have detected a silo's death, a press may be
    /// answered 503 and the streams may be silent: a person presses again. A press of a button that is disabled meanwhile does nothing.
    /// </summary>
    public async Task CompleteAsync()
    {
        await Eventually.IsTrueAsync("the session is completed", async _ =>
        {
            await Ben.Confirm.DispatchEventAsync("click");
            return (await Ben.Status.TextContentAsync())!.StartsWith("Completed", StringComparison.Ordinal);
        });
        foreach (var phone in new[] { Ana, Ben })
        {
            await phone.SaysAsync("Completed. You both confirmed. Your score is 1.");
            await phone.ShowsBadgeAsync("1", "+1");
        }
    }

    /// <summary>Keeps a picture of the page for the documents, where pictures are recorded.</summary>
    /// <param name="name">The file's name in <c>docs/pictures</c>, without its extension.</param>
    /// <param name="height">How much of the page, from its top, without the caption.</param>
    /// <param name="caption">A line below the phones, in the picture alone.</param>
    public async Task RecordAsync(string name, int height, string? caption = null)
    {
        if (caption is not null) await Page.EvaluateAsync(AddCaption, caption);
        await Page.RecordAsync(name, caption is null ? height : height + HeightOfCaption);
        if (caption is not null) await Page.EvaluateAsync("() => document.getElementById('caption').remove()");
    }

    /// <summary>Fails if the page sent a request to another host, or one of its scripts failed.</summary>
    public void AssertNoComplaints() => Assert.Empty(_complaints);

    /// <summary>Closes the page.</summary>
    /// <exception cref="UndocumentedAnswerException">What it was answered is not as described.</exception>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await _answers.CheckAsync();
        }
        finally
        {
            await Page.Context.DisposeAsync();
        }
    }
}

/// <summary>One of the two phones.</summary>
internal sealed class Phone(ILocator element)
{
    // Resolves at the first change of the text, in milliseconds since the last press of a button.
    private const string MeasureChange = """
        text => new Promise(changed => {
          let pressed = performance.now();
          document.addEventListener('click', () => pressed = performance.now(), { capture: true });
          new MutationObserver(() => changed(performance.now() - pressed)).observe(text, { childList: true, characterData: true, subtree: true });
        })
        """;

    public ILocator Confirm { get; } = element.GetByRole(AriaRole.Button, new() { Name = "We finished our session" });

    public ILocator Cancel { get; } = element.GetByRole(AriaRole.Button, new() { Name = "Cancel it" });

    /// <summary>Whether its stream is connected.</summary>
    public ILocator Line { get; } = element.Locator(".line");

    /// <summary>The text that a screen reader reads.</summary>
    public ILocator Status { get; } = element.Locator(".status .text");

    /// <summary>The box of the phone.</summary>
    public ILocator Box => element;

    /// <summary>Waits until the phone shows a sentence.</summary>
    public Task SaysAsync(string sentence) => Assertions.Expect(Status).ToHaveTextAsync(sentence);

    /// <summary>Waits until the badge shows a score, and how it changed.</summary>
    public async Task ShowsBadgeAsync(string score, string change)
    {
        await Assertions.Expect(element.Locator(".score")).ToHaveTextAsync(score);
        await Assertions.Expect(element.Locator(".change")).ToHaveTextAsync(change);
    }

    /// <summary>Waits until the buttons are disabled.</summary>
    public async Task IsOverAsync()
    {
        foreach (var button in new[] { Confirm, Cancel }) await Assertions.Expect(button).ToHaveAttributeAsync("aria-disabled", "true");
    }

    /// <summary>The time from the next press until the phone's text changes. Call it before the press, and await it after the press.</summary>
    public async Task<TimeSpan> NextChangeAsync() =>
        TimeSpan.FromMilliseconds(await Status.EvaluateAsync<double>(MeasureChange).WaitAsync(BrowserFixture.Deadline));

    /// <summary>Waits until a button can be pressed, and presses it.</summary>
    public static async Task PressAsync(ILocator button)
    {
        await Assertions.Expect(button).ToHaveAttributeAsync("aria-disabled", "false");
        await button.ClickAsync();
    }
}
