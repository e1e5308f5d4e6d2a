using System.Reflection;
using Wingman.Sessions;

namespace Wingman.Grains.Tests.Contracts;

/// <summary>Makes a value of any message in which every member has a value of its own, the same in each run.</summary>
internal sealed class SampleValues
{
    private static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private int _made;

    /// <summary>A value of the type; of an enumeration, all its values.</summary>
    public static object Of(Type message) => message.IsEnum ? Enum.GetValues(message) : new SampleValues().Make(message);

    private object Make(Type type)
    {
        var number = ++_made;
        if (Nullable.GetUnderlyingType(type) is { } underlying) return Make(underlying);
        if (type.IsEnum) return Enum.GetValues(type).GetValue(number % Enum.GetValues(type).Length)!;
        if (type == typeof(string)) return $"text {number}";
        if (type == typeof(Guid)) return new Guid(number, 0, 0, [1, 2, 3, 4, 5, 6, 7, 8]);
        if (type == typeof(int)) return number;
        if (type == typeof(long)) return (long)number;
        if (type == typeof(ulong)) return (ulong)number;
        // Neighbouring values differ, so that swapped members are detected.
        if (type == typeof(bool)) return number % 2 == 0;
        if (type == typeof(TimeSpan)) return TimeSpan.FromMinutes(number);
        if (type == typeof(DateTimeOffset)) return Start.AddHours(number);
        if (type == typeof(StorageException)) return new StorageException(StorageFailure.Refused, $"text {number}");
        if (type == typeof(LogSnapshot)) return LogSnapshot.Parse($"{number}:{number}:", null);
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>)) return MakeList(type.GetGenericArguments()[0]);
        if (type.IsDefined(typeof(GenerateSerializerAttribute))) return MakeRecord(type);
        throw new NotSupportedException($"Say here how to make a {type}: a message has a member of that type.");
    }

    private Array MakeList(Type element)
    {
        var list = Array.CreateInstance(element, 2);
        for (var index = 0; index < list.Length; index++) list.SetValue(Make(element), index);
        return list;
    }

    private object MakeRecord(Type type)
    {
        var constructor = type.GetConstructors().MaxBy(static constructor => constructor.GetParameters().Length)!;
        return constructor.Invoke([.. constructor.GetParameters().Select(parameter => Make(parameter.ParameterType))]);
    }
}
