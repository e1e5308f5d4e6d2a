using Wingman;
using Wingman.Silo.Hosting;
using Wingman.StorageVariants;

// The service as it is, but for where grain states go: StorageVariants:Storage is AdoNet or Memory.
return await HostRunner.RunAsync(() => ApiHost.BuildAsync(args, VariantStorage.Add));
