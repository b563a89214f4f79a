using System.Buffers.Text;
using Janus.Codec;
using Janus.Messages;

namespace Janus.Dap;

/// <summary>Reads the members of the JSON files that the parties of a task exchange; bytes are base64url without padding.</summary>
public static class JsonMember
{
    /// <summary>Refuses a member that is missing; a secret in a file of somebody who must not know it is a mistake to be told, not overlooked.</summary>
    /// <exception cref="FormatException">The member is missing, or must not be there.</exception>
    public static void Require(string? member, bool expected, string name, Role recipient)
    {
        if (member is not null != expected)
        {
            throw new FormatException($"{name}: {(expected ? "missing" : "must not be")} in the file for the {TaskFile.NameOf(recipient)}");
        }
    }

    /// <summary>The bytes of a member.</summary>
    /// <exception cref="FormatException">The member is missing, or not base64url.</exception>
    public static byte[] Bytes(string? text, string name)
    {
        try
        {
            return Base64Url.DecodeFromChars(text ?? throw new FormatException($"{name}: missing"));
        }
        catch (FormatException failure) when (text is not null)
        {
            throw new FormatException($"{name}: expected base64url without padding", failure);
        }
    }

    /// <summary>The message that a member's bytes encode.</summary>
    /// <exception cref="FormatException">The member is missing, or does not encode such a message.</exception>
    public static T Message<T>(string? text, string name)
        where T : IWireMessage<T>
    {
        byte[] encoded = Bytes(text, name);
        try
        {
            return WireMessage.Decode<T>(encoded);
        }
        catch (DecodeException failure)
        {
            throw new FormatException($"{name}: expected an encoded {typeof(T).Name} of this version of DAP: {Quote.MessageOf(failure)}", failure);
        }
    }

    /// <summary>The token of a member, if there is one.</summary>
    /// <exception cref="FormatException">The text is not a token.</exception>
    public static BearerToken? Token(string? text, string name) => text is null
        ? null
        : BearerToken.TryParse(text, out BearerToken token)
            ? token
            : throw new FormatException($"{name}: expected a bearer token of letters, digits and -._~+/");
}
