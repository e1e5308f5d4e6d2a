// Every cluster keeps some cores busy by itself; in parallel the clusters would only wait for each other.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
