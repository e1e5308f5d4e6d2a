using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Antiforgery;

namespace Wingman.Silo.Operations.SignIn;

/// <summary>The form that operators sign in with.</summary>
internal static class SignInPage
{
    /// <summary>The field that says who.</summary>
    public const string NameField = "name";

    /// <summary>The field with the secret.</summary>
    public const string SecretField = "secret";

    /// <summary>The parameter, and the field, that says where to go afterwards.</summary>
    public const string ReturnParameter = "return";

    /// <summary>The form.</summary>
    /// <param name="http">The request, for the token that proves that the form is ours.</param>
    /// <param name="antiforgery">Makes the token.</param>
    /// <param name="returnTo">Where to go afterwards: a path of this host.</param>
    /// <param name="problem">What was wrong with the last attempt, if there was one.</param>
    /// <param name="status">The status to answer with.</param>
    public static IResult Form(HttpContext http, IAntiforgery antiforgery, string returnTo, string? problem = null, int status = StatusCodes.Status200OK)
    {
        var token = antiforgery.GetAndStoreTokens(http);
        return Page(status, $"""
            <form method="post" action="{OperatorSignIn.Path}">
              {(problem is null ? "" : $"<p role=\"alert\">{Text(problem)}</p>")}
              <input type="hidden" name="{Text(token.FormFieldName)}" value="{Text(token.RequestToken)}">
              <input type="hidden" name="{ReturnParameter}" value="{Text(returnTo)}">
              <label>Operator <input name="{NameField}" autocomplete="username" autocapitalize="none" required autofocus></label>
              <label>Secret <input name="{SecretField}" type="password" autocomplete="current-password" required></label>
              <button>Sign in</button>
            </form>
            """);
    }

    /// <summary>What somebody sees who has signed in already.</summary>
    /// <param name="http">The request, for the token that proves that the form is ours.</param>
    /// <param name="antiforgery">Makes the token.</param>
    /// <param name="name">The operator.</param>
    /// <param name="hasDashboard">Whether the host has the dashboard.</param>
    public static IResult SignedIn(HttpContext http, IAntiforgery antiforgery, string name, bool hasDashboard)
    {
        var token = antiforgery.GetAndStoreTokens(http);
        return Page(StatusCodes.Status200OK, $"""
            <form method="post" action="/sign-out">
              <p>You are signed in as {Text(name)}.</p>
              <input type="hidden" name="{Text(token.FormFieldName)}" value="{Text(token.RequestToken)}">
              <p><a href="{OperatorsGroup.Support}">Support</a></p>
              {(hasDashboard ? $"<p><a href=\"{Dashboard.Path}/\">Dashboard</a></p>" : "")}
              <button>Sign out</button>
            </form>
            """);
    }

    /// <summary>One sentence.</summary>
    public static IResult Message(int status, string sentence) => Page(status, $"<p>{Text(sentence)}</p>");

    private static IResult Page(int status, string content) => Results.Content($$"""
        <!doctype html>
        <html lang="en">
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>Wingman operators</title>
        <style>
          body { font: 16px/1.5 system-ui, sans-serif; margin: 15vh auto; max-width: 22rem; padding: 0 1rem; color: #1b2733; background: #f5f7f9; }
          form { background: #fff; border: 1px solid #d5dce3; border-radius: 6px; padding: 1.5rem; }
          label { display: block; margin-bottom: 1rem; }
          input { box-sizing: border-box; display: block; font: inherit; padding: .5rem; width: 100%; }
          button { font: inherit; padding: .5rem 1.25rem; }
          [role=alert] { color: #a3120a; margin-top: 0; }
        </style>
        <main>
        <h1>Wingman operators</h1>
        {{content}}
        </main>
        </html>
        """, "text/html; charset=utf-8", statusCode: status);

    private static string Text(string? text) => HtmlEncoder.Default.Encode(text ?? "");
}
