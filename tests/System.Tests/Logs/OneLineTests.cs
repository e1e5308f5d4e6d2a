using Wingman.Silo.Hosting;

namespace Wingman.SystemTests.Logs;

public sealed class OneLineTests
{
    [Theory]
    [InlineData("a\nb", @"a\nb")]
    [InlineData("a\r\nb", @"a\r\nb")]
    [InlineData("a\tb", @"a\tb")]
    [InlineData("a\u001b[2Kb", @"a\u001B[2Kb")]
    [InlineData("a\u0085b", @"a\u0085b")]
    [InlineData("a\u2028b\u2029", @"a\u2028b\u2029")]
    public void Of_ATextWithControlCharacters_EscapesThem(string text, string line) => Assert.Equal(line, OneLine.Of(text));

    [Fact]
    public void Of_AnyOtherText_LeavesItAsItIs() => Assert.Equal(@"Café Ω 🎉 \n", OneLine.Of(@"Café Ω 🎉 \n"));
}
