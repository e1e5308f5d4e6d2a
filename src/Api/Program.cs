using Wingman;
using Wingman.Authentication;
using Wingman.Silo.Hosting;

if (TokenCommand.Asks(args))
    return TokenCommand.Run(args);

return await HostRunner.RunAsync(() => ApiHost.BuildAsync(args));
