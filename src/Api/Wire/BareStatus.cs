using System.Globalization;
using System.Reflection;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.Metadata;

namespace Wingman.Wire;

/// <summary>The error for a text of the path or the query that the type with this attribute cannot read.</summary>
[AttributeUsage(AttributeTargets.Struct | AttributeTargets.Class)]
internal sealed class MisreadAttribute(string type, string message) : Attribute
{
    /// <summary>pydantic's name of the error.</summary>
    public string Type => type;

    /// <summary>The error's message.</summary>
    public string Message => message;
}

/// <summary>
/// Adds bodies to answers for which ASP.NET sets only a status: of routing (404, 405) and of binding (400). Binding reports only that a
/// request does not fit its handler; which parts of it are invalid is found out here, for all endpoints.
/// </summary>
internal static class BareStatus
{
    private static readonly MisreadAttribute NoNumber =
        new("int_parsing", "Input should be a valid integer, unable to parse string as an integer");

    private static readonly MisreadAttribute NoUuid = new(UuidAttribute.NoUuid.Type, UuidAttribute.NoUuid.Message);

    private static readonly MethodInfo CanRead = ((Func<string, bool>)CanReadAs<int>).Method.GetGenericMethodDefinition();

    /// <summary>Writes the body.</summary>
    public static Task AnswerAsync(StatusCodeContext context)
    {
        var http = context.HttpContext;
        return http.Response.StatusCode switch
        {
            StatusCodes.Status400BadRequest => AnswerBinding(http).ExecuteAsync(http),
            StatusCodes.Status404NotFound => Refusals.NotFound.ExecuteAsync(http),
            // Routing has already set Allow, and OPTIONS needs no more than that.
            StatusCodes.Status405MethodNotAllowed when HttpMethods.IsOptions(http.Request.Method) => TypedResults.NoContent().ExecuteAsync(http),
            StatusCodes.Status405MethodNotAllowed => Refusals.MethodNotAllowed.ExecuteAsync(http),
            _ => Task.CompletedTask,
        };
    }

    private static IResult AnswerBinding(HttpContext http)
    {
        var errors = new FieldErrors();
        foreach (var parameter in http.GetEndpoint()?.Metadata.GetOrderedMetadata<IParameterBindingMetadata>() ?? [])
            CheckText(parameter, http.Request, errors);
        var ofBody = http.Features.Get<IResult>();
        if (ofBody is FieldErrors fields)
            errors.Add(fields);
        else if (ofBody is not null)
            return ofBody;
        return errors.Any ? errors : Refusals.BadRequest;
    }

    /// <summary>Whether a handler's parameter is parsed from a text, which can fail.</summary>
    public static bool CanBeMisread(IParameterBindingMetadata parameter)
    {
        var type = TypeOf(parameter);
        return type != typeof(string) && Array.Exists(type.GetInterfaces(), face => face.IsGenericType && face.GetGenericTypeDefinition() == typeof(IParsable<>));
    }

    private static void CheckText(IParameterBindingMetadata parameter, HttpRequest request, FieldErrors errors)
    {
        if (!CanBeMisread(parameter)) return;
        var name = parameter.ParameterInfo.GetCustomAttributes().OfType<IFromRouteMetadata>().SingleOrDefault()?.Name ?? parameter.Name;
        var ofPath = request.RouteValues[name] as string;
        if ((ofPath ?? request.Query[name]) is not { } text) return;
        var type = TypeOf(parameter);
        if (CanRead.MakeGenericMethod(type).Invoke(null, [text]) is true) return;
        var misread = type.GetCustomAttribute<MisreadAttribute>() ?? (type == typeof(int) ? NoNumber : NoUuid);
        errors.AddText(misread.Type, [ofPath is null ? "query" : "path", name], misread.Message, text);
    }

    private static Type TypeOf(IParameterBindingMetadata parameter) =>
        Nullable.GetUnderlyingType(parameter.ParameterInfo.ParameterType) ?? parameter.ParameterInfo.ParameterType;

    private static bool CanReadAs<T>(string text) where T : IParsable<T> => T.TryParse(text, CultureInfo.InvariantCulture, out _);
}
