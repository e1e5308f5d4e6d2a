// Every cluster keeps some cores busy by itself; side by side they would only wait for each other.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
