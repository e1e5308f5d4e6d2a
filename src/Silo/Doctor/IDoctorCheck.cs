using Npgsql;

namespace Wingman.Silo.Doctor;

/// <summary>Checks one aspect of a database. It changes nothing.</summary>
internal interface IDoctorCheck
{
    /// <summary>Whether it reads the tables' rows, and not only what the catalog says of them.</summary>
    bool ReadsRows => false;

    /// <summary>Runs the check, in a transaction that cannot write.</summary>
    Task<IReadOnlyList<Finding>> RunAsync(NpgsqlConnection connection);
}
