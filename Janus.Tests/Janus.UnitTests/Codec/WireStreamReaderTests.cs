using System.Buffers;
using System.IO.Pipelines;
using CsCheck;
using Janus.Codec;
using Janus.Messages;
using Janus.UnitTests.Messages;

namespace Janus.UnitTests.Codec;

[TestFixture]
public sealed class WireStreamReaderTests
{
    private const int Maximum = 4096;

    private static readonly VerifyResp[] Resps =
    [
        VerifyResp.Continue(Samples.ReportId, new byte[300]),
        VerifyResp.Finish(Samples.ReportId),
        VerifyResp.Reject(Samples.ReportId, ReportError.ReportDropped),
        VerifyResp.Continue(Samples.ReportId, Samples.Bytes(1)),
    ];

    private static readonly byte[] Body = WireMessage.Encode(new AggregationJobResp(Resps));

    [Test]
    public async Task Elements_arrive_whole_whatever_the_pieces([Range(1, 60)] int pieceLength)
    {
        List<VerifyResp> read = await ReadAllAsync<VerifyResp>(Pieces(Body, pieceLength), Maximum);

        Assert.That(read, Is.EqualTo(Resps));
    }

    [Test]
    public void Elements_arrive_whole_whatever_the_cuts() =>
        Gen.Int[0, Body.Length].Array[0, 12].Sample(cuts =>
        {
            int[] bounds = [0, .. cuts.Order(), Body.Length];
            IEnumerable<byte[]> pieces = bounds.Zip(bounds.Skip(1), (start, end) => Body[start..end]);

            List<VerifyResp> read = ReadAllAsync<VerifyResp>(pieces, Maximum).GetAwaiter().GetResult();

            Assert.That(read, Is.EqualTo(Resps));
        });

    [Test]
    public async Task An_element_spread_over_many_segments_is_put_together()
    {
        byte[] body = WireMessage.Encode(Samples.Report);
        PipeReader reader = PipeReader.Create(Segmented(body));

        List<Report> read = [];
        await foreach (Report report in new WireStreamReader(reader).ReadAllAsync<Report>(Maximum))
        {
            read.Add(report);
        }

        Assert.That(read, Is.EqualTo(new[] { Samples.Report }));
    }

    [Test]
    public async Task A_header_is_read_before_the_elements([Values(1, 2, 7, 50, 1000)] int pieceLength)
    {
        AggregationJobInitReqHeader header = new(new VerificationKeyId(1), Samples.Bytes(2), []);
        byte[] body = WireMessage.Encode(new AggregationJobInitReq(header, [Samples.VerifyInit, Samples.VerifyInit]));
        (PipeReader reader, Task writing) = Start(Pieces(body, pieceLength));
        WireStreamReader stream = new(reader);

        AggregationJobInitReqHeader readHeader = await stream.ReadOneAsync<AggregationJobInitReqHeader>(Maximum);
        List<VerifyInit> read = [];
        await foreach (VerifyInit element in stream.ReadAllAsync<VerifyInit>(Maximum))
        {
            read.Add(element);
        }

        await writing;
        Assert.That(readHeader, Is.EqualTo(header));
        Assert.That(read, Is.EqualTo(new[] { Samples.VerifyInit, Samples.VerifyInit }));
        Assert.That(stream.Offset, Is.EqualTo(body.Length));
    }

    [Test]
    public async Task An_empty_body_has_no_elements() =>
        Assert.That(await ReadAllAsync<VerifyResp>([], Maximum), Is.Empty);

    [Test]
    public void A_body_that_ends_within_an_element_is_refused([Range(1, 16)] int missing) =>
        Assert.That(
            async () => await ReadAllAsync<VerifyResp>([Body[..^missing]], Maximum),
            Throws.TypeOf<DecodeException>().With.Property(nameof(DecodeException.Field)).EqualTo(nameof(VerifyResp)));

    [Test]
    public void A_body_that_ends_within_the_header_is_refused() =>
        Assert.That(
            async () =>
            {
                (PipeReader reader, _) = Start([Samples.Bytes(1, 0, 0)]);
                await new WireStreamReader(reader).ReadOneAsync<AggregationJobInitReqHeader>(Maximum);
            },
            Throws.TypeOf<DecodeException>());

    [Test]
    public async Task Elements_before_a_malformed_one_are_yielded()
    {
        byte[] body = [.. WireMessage.Encode(Resps[1]), .. Samples.ReportId.ToArray(), 9, 0, 0];
        (PipeReader reader, _) = Start([body]);
        List<VerifyResp> read = [];

        DecodeException? exception = null;
        try
        {
            await foreach (VerifyResp element in new WireStreamReader(reader).ReadAllAsync<VerifyResp>(Maximum))
            {
                read.Add(element);
            }
        }
        catch (DecodeException caught)
        {
            exception = caught;
        }

        Assert.That(read, Is.EqualTo(new[] { Resps[1] }));
        Assert.That(exception?.Offset, Is.EqualTo(17 + 17));
    }

    [Test]
    public void An_element_beyond_the_maximum_is_refused_before_it_has_arrived()
    {
        byte[] start = [.. Samples.ReportId.ToArray(), 0, 0x7f, 0xff, 0xff, 0xff];
        Pipe pipe = new();
        pipe.Writer.WriteAsync(start).AsTask().GetAwaiter().GetResult();

        Assert.That(
            async () =>
            {
                await foreach (VerifyResp _ in new WireStreamReader(pipe.Reader).ReadAllAsync<VerifyResp>(Maximum))
                {
                }
            },
            Throws.TypeOf<DecodeException>().With.Message.Contains("expected at most 4096 bytes"));
    }

    [Test]
    public async Task An_element_of_exactly_the_maximum_is_taken()
    {
        int length = WireMessage.Encode(Resps[0]).Length;

        Assert.That(await ReadAllAsync<VerifyResp>([WireMessage.Encode(Resps[0])], length), Has.Count.EqualTo(1));
        Assert.That(async () => await ReadAllAsync<VerifyResp>([WireMessage.Encode(Resps[0])], length - 1), Throws.TypeOf<DecodeException>());
    }

    [Test]
    public async Task A_reader_who_stops_early_leaves_the_rest_in_the_pipe()
    {
        (PipeReader reader, Task writing) = Start([Body]);
        await foreach (VerifyResp element in new WireStreamReader(reader).ReadAllAsync<VerifyResp>(Maximum))
        {
            Assert.That(element, Is.EqualTo(Resps[0]));
            break;
        }

        ReadResult rest = await reader.ReadAsync();

        await writing;
        Assert.That(rest.Buffer.Length, Is.EqualTo(Body.Length - WireMessage.Encode(Resps[0]).Length));
    }

    [Test]
    public void Waiting_for_bytes_can_be_canceled()
    {
        Pipe pipe = new();
        using CancellationTokenSource source = new(TimeSpan.FromMilliseconds(20));

        Assert.That(
            async () => await new WireStreamReader(pipe.Reader).ReadOneAsync<Report>(Maximum, source.Token),
            Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public async Task Tens_of_thousands_of_elements_pass_in_a_moment()
    {
        byte[] one = WireMessage.Encode(Samples.Report);
        byte[] body = [.. Enumerable.Repeat(one, 50_000).SelectMany(bytes => bytes)];

        List<Report> read = await ReadAllAsync<Report>(Pieces(body, 4096), Maximum);

        Assert.That(read, Has.Count.EqualTo(50_000));
    }

    private static async Task<List<T>> ReadAllAsync<T>(IEnumerable<byte[]> pieces, int maximum)
        where T : IWireElement<T>
    {
        (PipeReader reader, Task writing) = Start(pieces);
        List<T> elements = [];
        await foreach (T element in new WireStreamReader(reader).ReadAllAsync<T>(maximum))
        {
            elements.Add(element);
        }

        await writing;
        return elements;
    }

    private static (PipeReader Reader, Task Writing) Start(IEnumerable<byte[]> pieces)
    {
        Pipe pipe = new();
        return (pipe.Reader, WriteAsync(pipe.Writer, pieces));
    }

    private static async Task WriteAsync(PipeWriter writer, IEnumerable<byte[]> pieces)
    {
        foreach (byte[] piece in pieces)
        {
            await writer.WriteAsync(piece);
        }

        await writer.CompleteAsync();
    }

    private static IEnumerable<byte[]> Pieces(byte[] bytes, int length) => bytes.Chunk(length);

    private static ReadOnlySequence<byte> Segmented(byte[] bytes)
    {
        Segment first = new(bytes.AsMemory(0, 1), null);
        Segment last = first;
        for (int i = 1; i < bytes.Length; i++)
        {
            last = new Segment(bytes.AsMemory(i, 1), last);
        }

        return new ReadOnlySequence<byte>(first, 0, last, 1);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, Segment? previous)
        {
            Memory = memory;
            if (previous is not null)
            {
                RunningIndex = previous.RunningIndex + previous.Memory.Length;
                previous.Next = this;
            }
        }
    }
}
