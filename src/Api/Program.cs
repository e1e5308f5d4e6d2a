using Wingman;
using Wingman.Authentication;
using Wingman.Silo.Hosting;
using Wingman.Silo.Operations;

if (TokenCommand.Asks(args))
    return TokenCommand.Run(args);

if (ServiceKeyCommand.Asks(args))
    return ServiceKeyCommand.Run(args);

if (HealthCommand.Asks(args))
    return await HealthCommand.RunAsync(args);

return await HostRunner.RunAsync(() => WingmanApi.BuildAsync(args));
