using Wingman.Silo.Doctor;
using Wingman.Silo.Operations;
using Wingman.Silo.Operations.SignIn;
using Wingman.Silo.Operations.Support;
using Wingman.Silo.Schema;
using Wingman.Silo.Webhooks;

namespace Wingman.Silo.Hosting;

/// <summary>What the silo's program does instead of serving, when its first argument names a command.</summary>
internal static class SiloCommands
{
    /// <summary>The exit code of a command whose settings it cannot be run with.</summary>
    private const int Refused = 2;

    /// <summary>Runs the command that the arguments name.</summary>
    /// <param name="args">The command line.</param>
    /// <returns>The exit code; null when the arguments name no command, so that the host is to serve.</returns>
    public static async Task<int?> TryRunAsync(string[] args)
    {
        try
        {
            return args switch
            {
                _ when SchemaCommand.Asks(args) => await SchemaCommand.RunAsync(args),
                _ when DoctorCommand.Asks(args) => await DoctorCommand.RunAsync(args),
                _ when HealthCommand.Asks(args) => await HealthCommand.RunAsync(args),
                _ when ExplainCommand.Asks(args) => await ExplainCommand.RunAsync(args),
                _ when RepairCommand.Asks(args) => await RepairCommand.RunAsync(args),
                _ when WebhookCommand.Asks(args) => await WebhookCommand.RunAsync(args),
                _ when OperatorCommand.Asks(args) => OperatorCommand.Run(args),
                _ => null,
            };
        }
        catch (StartRefusedException refusal)
        {
            return await RefuseAsync(OneLine.Of(refusal.Message));
        }
    }

    /// <summary>The settings of a command: those that a host would have, its secret files included.</summary>
    /// <exception cref="StartRefusedException">There is no such directory of secrets.</exception>
    public static ConfigurationManager ReadConfiguration()
    {
        var configuration = WebApplication.CreateBuilder().Configuration;
        configuration.AddSecretFiles();
        return configuration;
    }

    /// <summary>Says why a command is not carried out.</summary>
    /// <param name="reason">Why.</param>
    /// <returns>The process's exit code for it: 2.</returns>
    public static async Task<int> RefuseAsync(string reason)
    {
        await Console.Error.WriteLineAsync(reason);
        return Refused;
    }
}
