using System.Numerics;
using System.Security.Cryptography;
using Janus.Codec;
using Janus.Dap;
using Janus.Hpke;
using Janus.Messages;
using Janus.Vdaf;

namespace Janus.Collector;

/// <summary>Opens the two aggregate shares of a batch and puts them together: DAP §4.6.6 (collect-finalization).</summary>
internal sealed class AggregateShareUnsharder
{
    private const int CiphertextOverhead = (1 << 16) + (1 << 8);

    private readonly IVdaf _vdaf;
    private readonly SignedElements? _elements;
    private readonly WrapAround? _wrapAround;
    private readonly AggregateShareOpener _leader;
    private readonly AggregateShareOpener _helper;

    /// <exception cref="UnsupportedVdafException">The task's VDAF is not supported.</exception>
    public AggregateShareUnsharder(
        TaskId taskId,
        TaskConfiguration taskConfiguration,
        HpkeConfig collectorHpkeConfig,
        HpkeKeyPair keyPair,
        DifferentialPrivacyStrategy? noise,
        SupportedVdafs vdafs)
    {
        _vdaf = vdafs.Create(taskConfiguration);

        // Of a VDAF that an application has added, nothing more is known.
        if (VdafRegistry.Find(taskConfiguration.VdafType) is not null)
        {
            VdafDescription description = VdafDescription.Of(taskConfiguration);
            _elements = new SignedElements(description.Modulus, description.MaximumElement);
            _wrapAround = new WrapAround(description, noise);
        }

        _leader = new AggregateShareOpener(DapVersion.Newest, taskId, taskConfiguration, Role.Leader, collectorHpkeConfig, keyPair);
        _helper = new AggregateShareOpener(DapVersion.Newest, taskId, taskConfiguration, Role.Helper, collectorHpkeConfig, keyPair);
    }

    /// <summary>Whether the VDAF accepts an aggregation parameter.</summary>
    public bool IsValidAggParam(ReadOnlySpan<byte> aggParam) => _vdaf.IsValidAggParam(aggParam);

    /// <summary>The longest encoding of a <see cref="CollectionJobResp"/>, in bytes.</summary>
    /// <exception cref="ArgumentException">The aggregation parameter is not valid.</exception>
    public int MaximumResponseLength(ReadOnlySpan<byte> aggParam) => 2 * (_vdaf.AggShareLength(aggParam) + CiphertextOverhead);

    /// <summary>Whether so many reports can add up to more than the field holds; unknown VDAFs are taken to hold it all.</summary>
    public bool IsPossiblyWrapped(ulong reportCount) => _wrapAround?.IsPossible(reportCount) ?? false;

    /// <exception cref="AggregateShareException">A share cannot be opened, or is malformed.</exception>
    public IReadOnlyList<BigInteger> Unshard(CollectionJobReq request, CollectionJobResp response)
    {
        byte[] leader = Open(_leader, Role.Leader, request, response.LeaderEncryptedAggShare);
        byte[] helper = [];
        try
        {
            helper = Open(_helper, Role.Helper, request, response.HelperEncryptedAggShare);
            UInt128[] elements = _vdaf.Unshard(request.AggParam.Span, [leader, helper], response.ReportCount);
            return _elements?.Read(elements, response.ReportCount) ?? [.. elements.Select(element => (BigInteger)element)];
        }
        catch (DecodeException exception)
        {
            throw new AggregateShareException($"the aggregate shares are malformed: {exception.Message}", exception);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(leader);
            CryptographicOperations.ZeroMemory(helper);
        }
    }

    private static byte[] Open(AggregateShareOpener opener, Role server, CollectionJobReq request, HpkeCiphertext encrypted) =>
        opener.TryOpen(request, encrypted, out byte[]? aggShare)
            ? aggShare
            : throw new AggregateShareException(
                server, $"the aggregate share of the {server}, encrypted to HPKE configuration {encrypted.ConfigId}, cannot be opened");
}
