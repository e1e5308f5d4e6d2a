using System.Runtime.InteropServices;
using Wingman.Bench;
using Wingman.Bench.LoadGenerator;

if (args.Contains("--help") || args.Contains("-h"))
{
    Console.WriteLine(BenchOptions.Help);
    return 0;
}

SocketThread.Use();
using var interrupted = new CancellationTokenSource();
// Either way the started processes and the database must stop with this one.
using var onInterrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt);
using var onTerminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Interrupt);

try
{
    return await BenchProgram.RunAsync(BenchOptions.Parse(args), interrupted.Token);
}
catch (FormatException mistake)
{
    Console.Error.WriteLine(mistake.Message);
    return 2;
}
catch (OperationCanceledException) when (interrupted.IsCancellationRequested)
{
    Console.Error.WriteLine("Interrupted; nothing was reported.");
    return BenchProgram.Interrupted;
}

void Interrupt(PosixSignalContext signal)
{
    signal.Cancel = true;
    interrupted.Cancel();
}
