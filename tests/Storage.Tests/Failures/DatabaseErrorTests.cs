using System.Net.Sockets;
using Npgsql;
using Wingman.Silo.Storage.Batching;

namespace Wingman.Storage.Tests.Failures;

/// <summary>What each kind of error means for the requests that a statement carried.</summary>
public sealed class DatabaseErrorTests
{
    [Theory]
    [InlineData(PostgresErrorCodes.UniqueViolation, AttemptFailure.BadValue)]
    [InlineData(PostgresErrorCodes.CheckViolation, AttemptFailure.BadValue)]
    [InlineData(PostgresErrorCodes.ForeignKeyViolation, AttemptFailure.BadValue)]
    [InlineData(PostgresErrorCodes.StringDataRightTruncation, AttemptFailure.BadValue)]
    [InlineData(PostgresErrorCodes.NumericValueOutOfRange, AttemptFailure.BadValue)]
    [InlineData(PostgresErrorCodes.UndefinedTable, AttemptFailure.Failed)]
    [InlineData(PostgresErrorCodes.UndefinedColumn, AttemptFailure.Failed)]
    [InlineData(PostgresErrorCodes.InsufficientPrivilege, AttemptFailure.Failed)]
    [InlineData(PostgresErrorCodes.InternalError, AttemptFailure.Failed)]
    [InlineData("P0001", AttemptFailure.Failed)]
    [InlineData(PostgresErrorCodes.InvalidSqlStatementName, AttemptFailure.StatementGone)]
    [InlineData(PostgresErrorCodes.FeatureNotSupported, AttemptFailure.StatementGone)]
    [InlineData(PostgresErrorCodes.LockNotAvailable, AttemptFailure.Locked)]
    [InlineData(PostgresErrorCodes.QueryCanceled, AttemptFailure.RolledBack)]
    [InlineData(PostgresErrorCodes.ReadOnlySqlTransaction, AttemptFailure.RolledBack)]
    [InlineData(PostgresErrorCodes.DeadlockDetected, AttemptFailure.RolledBack)]
    [InlineData(PostgresErrorCodes.SerializationFailure, AttemptFailure.RolledBack)]
    [InlineData(PostgresErrorCodes.TooManyConnections, AttemptFailure.RolledBack)]
    [InlineData(PostgresErrorCodes.DiskFull, AttemptFailure.RolledBack)]
    [InlineData(PostgresErrorCodes.StatementCompletionUnknown, AttemptFailure.Unknown)]
    public void Error_OfAStatement(string state, object meaning) => Assert.Equal(meaning, DatabaseError.Classify(Error(state)));

    [Theory]
    [InlineData(PostgresErrorCodes.AdminShutdown)]
    [InlineData(PostgresErrorCodes.CrashShutdown)]
    [InlineData(PostgresErrorCodes.UniqueViolation)]
    public void FatalError_LeavesTheOutcomeOpen(string state)
    {
        var fatal = new PostgresException("text", "FATAL", "FATAL", state);

        Assert.Equal(AttemptFailure.Unknown, DatabaseError.Classify(fatal));
        Assert.False(DatabaseError.LeavesConnectionUsable(fatal, AttemptFailure.Unknown));
    }

    [Fact]
    public void Panic_LeavesTheOutcomeOpen() => Assert.Equal(
        AttemptFailure.Unknown, DatabaseError.Classify(new PostgresException("text", "PANIC", "PANIC", PostgresErrorCodes.UniqueViolation)));

    [Fact]
    public void BrokenConnection_LeavesTheOutcomeOpen() => Assert.All(
        new Exception[]
        {
            new NpgsqlException("broken", new SocketException()), new SocketException(), new IOException(), new TimeoutException(), new OperationCanceledException(),
            new StandbyException("a standby"),
        },
        static exception => Assert.Equal(AttemptFailure.Unknown, DatabaseError.Classify(exception)));

    [Fact]
    public void ValueThatTheDriverCannotSend_IsTheRequestsFault() => Assert.All(
        new Exception[] { new InvalidCastException(), new FormatException(), new OverflowException(), new ArgumentException("text") },
        static exception => Assert.Equal(AttemptFailure.BadValue, DatabaseError.Classify(exception)));

    [Fact]
    public void DefectsAndCarelessServers_AreNotRetried() => Assert.All(
        new Exception[] { new NotSupportedException(), new DurabilityException("synchronous_commit is off") },
        static exception => Assert.Equal(AttemptFailure.Failed, DatabaseError.Classify(exception)));

    [Theory]
    [InlineData(PostgresErrorCodes.CheckViolation, true)]
    [InlineData(PostgresErrorCodes.LockNotAvailable, true)]
    [InlineData(PostgresErrorCodes.QueryCanceled, true)]
    [InlineData(PostgresErrorCodes.ReadOnlySqlTransaction, false)]
    [InlineData(PostgresErrorCodes.InvalidSqlStatementName, false)]
    [InlineData(PostgresErrorCodes.UndefinedTable, false)]
    public void Connection_IsKeptWhereItIsWorthIt(string state, bool kept) =>
        Assert.Equal(kept, DatabaseError.LeavesConnectionUsable(Error(state), DatabaseError.Classify(Error(state))));

    [Theory]
    [InlineData(PostgresErrorCodes.CheckViolation, null, true)]
    [InlineData("P0001", null, true)]
    [InlineData("XX001", null, true)]
    [InlineData(PostgresErrorCodes.UndefinedTable, null, false)]
    [InlineData(PostgresErrorCodes.UndefinedTable, "PL/pgSQL function of_a_trigger() line 3 at SQL statement", true)]
    [InlineData(PostgresErrorCodes.LockNotAvailable, null, false)]
    [InlineData(PostgresErrorCodes.LockNotAvailable, "while inserting index tuple (0,1) in relation \"wingman_sessions\"", true)]
    [InlineData(PostgresErrorCodes.DeadlockDetected, "while updating tuple (0,1) in relation \"wingman_sessions\"", false)]
    [InlineData(PostgresErrorCodes.QueryCanceled, "while updating tuple (0,1) in relation \"wingman_sessions\"", false)]
    public void Error_MayBeOfOneRequest_OrIsOfAllOfThem(string state, string? where, bool isOfOne)
    {
        var error = new PostgresException("text", "ERROR", "ERROR", state, where: where);

        Assert.Equal(isOfOne, DatabaseError.MayBeOfOneRequest(error, DatabaseError.Classify(error)));
    }

    [Fact]
    public void DefectOfOurs_IsOfAllRequests() =>
        Assert.False(DatabaseError.MayBeOfOneRequest(new NotSupportedException(), AttemptFailure.Failed));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Connection_IsKeptWhileABatchIsSplit_AndGivenUpAfterAnUnknownError(bool isToBeSplit) =>
        Assert.Equal(isToBeSplit, DatabaseError.LeavesConnectionUsable(Error("P0001"), AttemptFailure.Failed, isToBeSplit));

    [Fact]
    public void Description_NamesStateAndConstraint_AndNoValue()
    {
        var error = new PostgresException(
            "duplicate key (id)=(secret)", "ERROR", "ERROR", PostgresErrorCodes.UniqueViolation, detail: "secret", constraintName: "one_active");

        Assert.Equal("SQLSTATE 23505, constraint one_active", DatabaseError.Describe(error));
        Assert.Equal("TimeoutException", DatabaseError.Describe(new TimeoutException("secret")));
    }

    [Fact]
    public void Description_OfAMissingValue_NamesItsColumn()
    {
        var error = new PostgresException("null value in a row", "ERROR", "ERROR", PostgresErrorCodes.NotNullViolation, detail: "secret", columnName: "match_id");

        Assert.Equal("SQLSTATE 23502, column match_id", DatabaseError.Describe(error));
    }

    [Theory]
    [InlineData("ERROR", PostgresErrorCodes.CheckViolation, true)]
    [InlineData("ERROR", PostgresErrorCodes.ReadOnlySqlTransaction, false)]
    [InlineData("FATAL", PostgresErrorCodes.AdminShutdown, false)]
    [InlineData("PANIC", PostgresErrorCodes.CrashShutdown, false)]
    public void Error_IsAnAnswer_WhereItIsOfAPrimaryThatStays(string severity, string state, bool isAnswer) =>
        Assert.Equal(isAnswer, DatabaseError.IsAnswer(new PostgresException("text", severity, severity, state)));

    [Fact]
    public void BrokenConnection_IsNoAnswer() => Assert.False(DatabaseError.IsAnswer(new NpgsqlException("broken")));

    [Fact]
    public void Failure_IsOfTheDatabase_UnlessItIsADefectOfOurs()
    {
        Assert.All(
            new Exception[] { new NpgsqlException("broken"), new IOException(), new TimeoutException(), new SocketException() },
            static failure => Assert.True(DatabaseError.IsOfDatabase(failure)));
        Assert.False(DatabaseError.IsOfDatabase(new InvalidOperationException()));
    }

    private static PostgresException Error(string state) => new("text", "ERROR", "ERROR", state);
}
