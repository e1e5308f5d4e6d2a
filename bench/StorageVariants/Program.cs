using Wingman;
using Wingman.Silo.Hosting;
using Wingman.StorageVariants;

// The unchanged service with another storage of grain states: StorageVariants:Storage is AdoNet or Memory.
return await HostRunner.RunAsync(() => WingmanApi.BuildAsync(args, VariantStorage.Add));
