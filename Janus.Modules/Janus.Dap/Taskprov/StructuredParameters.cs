using System.Text.RegularExpressions;

namespace Janus.Dap;

/// <summary>The parameters after an Item of a structured header field: RFC 9651 §3.1.2 and §4.2.3.2.</summary>
internal static partial class StructuredParameters
{
    /// <summary>Whether the text is nothing but parameters, of any names and any types.</summary>
    public static bool AreWellFormed(ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty)
        {
            int length = LengthOf(text);
            if (length == 0)
            {
                return false;
            }

            text = text[length..];
        }

        return true;
    }

    // The length of the first parameter; 0 if there is none.
    private static int LengthOf(ReadOnlySpan<char> text)
    {
        foreach (ValueMatch match in Parameter().EnumerateMatches(text))
        {
            return match.Length;
        }

        return 0;
    }

    // A key, and after "=" a bare item: integer or decimal, string, token, byte sequence, boolean, date, display string.
    [GeneratedRegex("""
        \A ; \x20* [a-z*] [a-z0-9_.*-]*
        (?: =
            (?: -? (?: [0-9]{1,12} \. [0-9]{1,3} | [0-9]{1,15} )
            | " (?: [\x20-\x21\x23-\x5B\x5D-\x7E] | \\["\\] )* "
            | [A-Za-z*] [A-Za-z0-9!\#$%&'*+.^_`|~:/-]*
            | : [A-Za-z0-9+/=]* :
            | \? [01]
            | @ -? [0-9]{1,15}
            | %" (?: [\x20-\x21\x23-\x24\x26-\x7E] | %[0-9a-f]{2} )* "
            )
        )?
        """, RegexOptions.IgnorePatternWhitespace | RegexOptions.CultureInvariant)]
    private static partial Regex Parameter();
}
