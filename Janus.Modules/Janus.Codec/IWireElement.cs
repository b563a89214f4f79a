namespace Janus.Codec;

/// <summary>
/// A message that also arrives as an element of a vector without a length prefix, which runs to the end of
/// an HTTP body and is decoded while it arrives.
/// </summary>
/// <typeparam name="TSelf">The element type itself.</typeparam>
public interface IWireElement<TSelf> : IWireMessage<TSelf>
    where TSelf : IWireElement<TSelf>
{
    /// <summary>
    /// Walks over one element without decoding it. It stops where bytes are missing, so it need not look at
    /// what the ruler returns.
    /// </summary>
    static abstract void Measure(ref WireRuler ruler);
}
