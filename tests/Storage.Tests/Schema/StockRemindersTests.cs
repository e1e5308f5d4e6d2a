namespace Wingman.Storage.Tests.Schema;

public sealed class StockRemindersTests(StockFixture providers) : IClassFixture<StockFixture>
{
    [Fact]
    public async Task Upsert_ThenRead_GivesTheReminder()
    {
        var reminder = NewReminder();
        var etag = await providers.Reminders.UpsertRow(reminder);

        var read = await providers.Reminders.ReadRow(reminder.GrainId, reminder.ReminderName);

        Assert.Equal((reminder.GrainId, reminder.ReminderName, reminder.StartAt, reminder.Period, etag),
            (read!.GrainId, read.ReminderName, read.StartAt, read.Period, read.ETag));
    }

    [Fact]
    public async Task Upsert_WhenRepeated_UpdatesTheOneRowAndItsVersion()
    {
        var reminder = NewReminder();
        var first = await providers.Reminders.UpsertRow(reminder);
        reminder.Period = TimeSpan.FromDays(40);
        var second = await providers.Reminders.UpsertRow(reminder);

        var read = Assert.Single((await providers.Reminders.ReadRows(reminder.GrainId)).Reminders);

        Assert.NotEqual(first, second);
        Assert.Equal((second, TimeSpan.FromDays(40)), (read.ETag, read.Period));
    }

    [Fact]
    public async Task Remove_WithAnOldVersion_RemovesNothing()
    {
        var reminder = NewReminder();
        var first = await providers.Reminders.UpsertRow(reminder);
        var second = await providers.Reminders.UpsertRow(reminder);

        Assert.False(await providers.Reminders.RemoveRow(reminder.GrainId, reminder.ReminderName, first!));
        Assert.True(await providers.Reminders.RemoveRow(reminder.GrainId, reminder.ReminderName, second!));

        Assert.Empty((await providers.Reminders.ReadRows(reminder.GrainId)).Reminders);
    }

    [Fact]
    public async Task ReadRange_FindsAHashInsideTheRangeAndOnItsUpperEndOnly()
    {
        var reminder = NewReminder();
        await providers.Reminders.UpsertRow(reminder);
        var hash = reminder.GrainId.GetUniformHashCode();

        Assert.True(await FoundAsync(hash - 1, hash));
        Assert.True(await FoundAsync(hash - 1, hash + 1));
        Assert.False(await FoundAsync(hash, hash + 1));
        Assert.False(await FoundAsync(hash - 2, hash - 1));
        Assert.True(await FoundAsync(hash + 1, hash));
        Assert.False(await FoundAsync(hash, hash - 1));
        Assert.True(await FoundAsync(0, 0));

        async Task<bool> FoundAsync(uint begin, uint end) =>
            (await providers.Reminders.ReadRows(begin, end)).Reminders.Any(found => found.GrainId == reminder.GrainId);
    }

    private static ReminderEntry NewReminder() => new()
    {
        GrainId = GrainId.Create(GrainType.Create("test"), GrainIdKeyExtensions.CreateGuidKey(Guid.NewGuid())),
        ReminderName = "reminder",
        StartAt = new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc),
        Period = TimeSpan.FromMinutes(1),
    };
}
