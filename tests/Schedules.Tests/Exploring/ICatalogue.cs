namespace Wingman.Schedules.Exploring;

/// <summary>Scenarios, of the storage as it is or of one with a planted bug.</summary>
internal interface ICatalogue
{
    /// <summary>The name of each scenario.</summary>
    IReadOnlyList<string> Names { get; }

    /// <summary>Makes one, to be run once.</summary>
    IScenario Create(Explorer explorer, int number);
}

/// <summary>Code whose schedules are explored.</summary>
internal interface IScenario
{
    /// <summary>The calls that have no answer yet, for messages.</summary>
    string Unanswered { get; }

    /// <summary>Runs it.</summary>
    Task PlayAsync();

    /// <summary>Checks what must be true when nothing is left to run.</summary>
    void Check();
}
