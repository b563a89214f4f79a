using Janus.Messages;

namespace Janus.Dap;

/// <summary>What has to hold for a task before anything is done with it.</summary>
public static class TaskChecks
{
    /// <summary>The task's VDAF.</summary>
    /// <exception cref="FormatException">The configuration has mistakes.</exception>
    /// <exception cref="UnsupportedVdafException">The VDAF is not supported.</exception>
    public static VdafDescription RequireSupported(TaskConfiguration configuration)
    {
        IReadOnlyList<string> mistakes = TaskConfigurationRules.FindMistakes(configuration);
        return mistakes.Count == 0 ? VdafDescription.Of(configuration) : throw new FormatException(string.Join("; ", mistakes));
    }

    /// <summary>The configuration, if aggregate shares can be encrypted to it.</summary>
    /// <exception cref="FormatException">They cannot.</exception>
    public static HpkeConfig RequireSupported(HpkeConfig config)
    {
        if (!config.Suite().IsSupported)
        {
            throw new FormatException($"the HPKE suite {config.Suite()} is not supported");
        }

        return config.PublicKey.Length == config.Suite().Npk
            ? config
            : throw new FormatException($"expected a public key of {config.Suite().Npk} bytes for {config.Suite().Kem}, got {config.PublicKey.Length}");
    }

    /// <summary>The verification key, if it has the right length.</summary>
    /// <exception cref="FormatException">It has not.</exception>
    public static byte[] RequireVerifyKey(byte[] key, VdafDescription vdaf)
    {
        int expected = vdaf.VerifyKeySize;
        return key.Length == expected ? key : throw new FormatException($"expected a verify key of {expected} bytes, got {key.Length}");
    }

    /// <summary>The secret that verification keys are derived from, if it has the right length.</summary>
    /// <exception cref="FormatException">It has not.</exception>
    public static byte[] RequireVerifyKeyInit(byte[] secret) => secret.Length == TaskprovDerivation.VerifyKeyInitLength
        ? secret
        : throw new FormatException($"expected a verify_key_init of {TaskprovDerivation.VerifyKeyInitLength} bytes, got {secret.Length}");

    /// <summary>The task's VDAF with the boundaries that people have agreed on besides.</summary>
    /// <exception cref="FormatException">They belong to another VDAF.</exception>
    public static MeasurementEncoding EncodingFor(VdafDescription vdaf, MeasurementEncoding? agreed)
    {
        if (agreed is null)
        {
            return new MeasurementEncoding(vdaf);
        }

        // The length of a chunk is left out where people write, and does not change what a measurement is.
        if (!agreed.Vdaf.HasSameMeasurements(vdaf))
        {
            throw new FormatException($"the task's VDAF is {vdaf}, not {agreed}");
        }

        return agreed.Boundaries.Count == 0 ? new MeasurementEncoding(vdaf) : new MeasurementEncoding(vdaf, agreed.Boundaries);
    }
}
