using System.Buffers;
using System.Reflection;
using Janus.Codec;

namespace Janus.UnitTests.Messages;

/// <summary>One message and its encoding, cut by hand into named fields.</summary>
public abstract class WireCase
{
    protected WireCase(string name, Type type, int completePrefixes, (string Field, string Hex)[] cut)
    {
        Name = name;
        Type = type;
        CompletePrefixes = completePrefixes;
        Encoding = Convert.FromHexString(string.Concat(cut.Select(field => field.Hex)).Replace(" ", "", StringComparison.Ordinal));
    }

    public string Name { get; private set; }

    public Type Type { get; }

    /// <summary>How many proper prefixes are whole messages too: only those of messages that run to the end of the body.</summary>
    public int CompletePrefixes { get; }

    public byte[] Encoding { get; }

    public abstract byte[] Encode();

    public abstract bool DecodesToTheMessage();

    public abstract byte[] Reencode(byte[] encoding);

    public abstract (bool IsComplete, long Length)? Measure(ReadOnlySequence<byte> buffer);

    public static WireCase Of<T>(T message, params (string Field, string Hex)[] cut)
        where T : IWireMessage<T> => new Typed<T>(typeof(T).Name, message, 0, cut);

    public static WireCase OpenEnded<T>(T message, int completePrefixes, params (string Field, string Hex)[] cut)
        where T : IWireMessage<T> => new Typed<T>(typeof(T).Name, message, completePrefixes, cut);

    public WireCase Named(string suffix)
    {
        Name = $"{Name}, {suffix}";
        return this;
    }

    public override string ToString() => Name;

    private sealed class Typed<T>(string name, T message, int completePrefixes, (string Field, string Hex)[] cut)
        : WireCase(name, typeof(T), completePrefixes, cut)
        where T : IWireMessage<T>
    {
        public override byte[] Encode() => WireMessage.Encode(message);

        public override bool DecodesToTheMessage()
        {
            T decoded = WireMessage.Decode<T>(Encoding);
            return decoded.Equals(message) && decoded.GetHashCode() == message.GetHashCode();
        }

        public override byte[] Reencode(byte[] encoding) => WireMessage.Encode(WireMessage.Decode<T>(encoding));

        public override (bool IsComplete, long Length)? Measure(ReadOnlySequence<byte> buffer)
        {
            bool isElement = typeof(T).GetInterfaces()
                .Any(type => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IWireElement<>));
            return isElement
                ? ((bool, long))typeof(Typed<T>).GetMethod(nameof(MeasureElement), BindingFlags.NonPublic | BindingFlags.Static)!
                    .MakeGenericMethod(typeof(T)).Invoke(null, [buffer])!
                : null;
        }

        private static (bool IsComplete, long Length) MeasureElement<TElement>(ReadOnlySequence<byte> buffer)
            where TElement : IWireElement<TElement>
        {
            WireRuler ruler = new(buffer);
            TElement.Measure(ref ruler);
            return (ruler.IsComplete, ruler.Length);
        }
    }
}
