using Wingman;
using Wingman.Authentication;
using Wingman.Silo.Hosting;

if (TokenCommand.Asks(args))
    return TokenCommand.Run(args);

if (ServiceKeyCommand.Asks(args))
    return ServiceKeyCommand.Run(args);

return await HostRunner.RunAsync(() => WingmanApi.BuildAsync(args));
