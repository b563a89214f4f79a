using Janus.Hpke;
using Janus.Hpke.Kems;
using static System.Convert;

namespace Janus.UnitTests.Hpke;

public sealed class HpkeVectorTests
{
    [Test]
    public void The_vectors_of_the_repository_cover_every_suite_that_RFC_9180_has_vectors_for()
    {
        Assert.That(HpkeVector.All, Has.Count.EqualTo(18));
        Assert.That(HpkeVector.All.Select(vector => vector.Suite).Distinct().Count(), Is.EqualTo(18));
        Assert.That(HpkeVector.Detailed.Count(), Is.EqualTo(6));
        Assert.That(HpkeVector.All.Select(vector => vector.Suite.IsSupported), Is.All.True);
    }

    [Test]
    public void The_shared_vectors_open_and_only_X448_is_left_out()
    {
        IReadOnlyList<HpkeVector> vectors = HpkeVector.LoadShared();
        if (vectors.Count == 0)
            Assert.Ignore("no shared/vectors folder beside the repository");

        foreach (HpkeVector vector in vectors.Where(vector => vector.Kem != 0x0021))
        {
            Assert.That(vector.Suite.IsSupported, Is.True, vector.ToString());
            A_recipient_opens_the_first_message(vector);
            Decap_and_the_key_schedule_give_the_base_nonce(vector);
        }
    }

    [TestCaseSource(typeof(HpkeVector), nameof(HpkeVector.All))]
    public void A_recipient_opens_the_first_message(HpkeVector vector)
    {
        using HpkeKeyPair keyPair = HpkeKeyPair.Import(vector.Suite.Kem, FromHexString(vector.PrivateKey));
        HpkeRecipient recipient = new(vector.Suite, keyPair, FromHexString(vector.Info));
        HpkeVector.Message message = vector.Messages[0];

        bool opened = recipient.TryOpen(
            FromHexString(vector.Enc), FromHexString(message.Aad), FromHexString(message.Ciphertext), out byte[]? plaintext);

        Assert.That(message.Seq, Is.Zero);
        Assert.That(keyPair.PublicKey.ToArray(), Is.EqualTo(FromHexString(vector.PublicKey)));
        Assert.That(opened, Is.True);
        Assert.That(plaintext, Is.EqualTo(FromHexString(message.Plaintext)));
    }

    [TestCaseSource(typeof(HpkeVector), nameof(HpkeVector.All))]
    public void Decap_and_the_key_schedule_give_the_base_nonce(HpkeVector vector)
    {
        using HpkeKeyPair keyPair = HpkeKeyPair.Import(vector.Suite.Kem, FromHexString(vector.PrivateKey));
        KeySchedule schedule = new(vector.Suite, FromHexString(vector.Info));
        byte[] sharedSecret = new byte[keyPair.KemOf.Nsecret];
        byte[] key = new byte[schedule.Nk];
        byte[] nonce = new byte[Aeads.Nn];

        Assert.That(keyPair.KemOf.TryDecap(keyPair.Parsed, FromHexString(vector.Enc), sharedSecret), Is.True);
        schedule.Derive(sharedSecret, key, nonce);

        Assert.That(nonce, Is.EqualTo(FromHexString(vector.BaseNonce)));
        if (vector.SharedSecret is not null)
        {
            byte[] exporterSecret = new byte[schedule.Nh];
            schedule.DeriveExporterSecret(sharedSecret, exporterSecret);
            Assert.That(sharedSecret, Is.EqualTo(FromHexString(vector.SharedSecret)));
            Assert.That(key, Is.EqualTo(FromHexString(vector.Key!)));
            Assert.That(exporterSecret, Is.EqualTo(FromHexString(vector.ExporterSecret!)));
        }
    }

    [TestCaseSource(typeof(HpkeVector), nameof(HpkeVector.Detailed))]
    public void Key_pairs_are_derived_from_key_material(HpkeVector vector)
    {
        using HpkeKeyPair recipient = HpkeKeyPair.DeriveKeyPair(vector.Suite.Kem, FromHexString(vector.Ikm!));
        using HpkeKeyPair ephemeral = HpkeKeyPair.DeriveKeyPair(vector.Suite.Kem, FromHexString(vector.EphemeralIkm!));

        Assert.That(recipient.PublicKey.ToArray(), Is.EqualTo(FromHexString(vector.PublicKey)));
        Assert.That(recipient.ExportPrivateKey(), Is.EqualTo(Serialized(vector, vector.PrivateKey)));
        Assert.That(ephemeral.PublicKey.ToArray(), Is.EqualTo(FromHexString(vector.Enc)));
        Assert.That(ephemeral.ExportPrivateKey(), Is.EqualTo(Serialized(vector, vector.EphemeralPrivateKey!)));
    }

    [TestCaseSource(typeof(HpkeVector), nameof(HpkeVector.Detailed))]
    public void A_sender_with_the_ephemeral_key_of_the_vector_seals_the_same_messages(HpkeVector vector)
    {
        DhKem kem = DhKem.Of(vector.Suite.Kem);
        byte[] enc = new byte[kem.Npk];
        byte[] sharedSecret = new byte[kem.Nsecret];
        byte[] ephemeral = Serialized(vector, vector.EphemeralPrivateKey!);

        Assert.That(kem.TryEncap(ephemeral, FromHexString(vector.PublicKey), enc, sharedSecret), Is.True);
        using HpkeContext context = new(new KeySchedule(vector.Suite, FromHexString(vector.Info)), seals: true, sharedSecret);

        Assert.That(enc, Is.EqualTo(FromHexString(vector.Enc)));
        Dictionary<ulong, HpkeVector.Message> published = vector.Messages.ToDictionary(message => message.Seq);
        for (ulong seq = 0; seq <= published.Keys.Max(); seq++)
        {
            HpkeVector.Message message = published.GetValueOrDefault(seq, vector.Messages[0]);
            byte[] ciphertext = context.Seal(FromHexString(message.Aad), FromHexString(message.Plaintext));
            if (message.Seq == seq)
                Assert.That(ciphertext, Is.EqualTo(FromHexString(message.Ciphertext)), $"message {seq}");
        }
    }

    [TestCaseSource(typeof(HpkeVector), nameof(HpkeVector.Detailed))]
    public void Both_ends_export_the_published_values(HpkeVector vector)
    {
        using HpkeKeyPair keyPair = HpkeKeyPair.Import(vector.Suite.Kem, FromHexString(vector.PrivateKey));
        HpkeRecipient recipient = new(vector.Suite, keyPair, FromHexString(vector.Info));
        Assert.That(recipient.TrySetupContext(FromHexString(vector.Enc), out HpkeContext? context), Is.True);
        using HpkeContext ours = context!;
        using HpkeContext theirs = new(
            new KeySchedule(vector.Suite, FromHexString(vector.Info)), seals: true, FromHexString(vector.SharedSecret!));

        Assert.That(vector.Exports, Is.Not.Empty);
        foreach (HpkeVector.Exported exported in vector.Exports!)
        {
            byte[] value = FromHexString(exported.Value);
            Assert.That(ours.Export(FromHexString(exported.Context), value.Length), Is.EqualTo(value));
            Assert.That(theirs.Export(FromHexString(exported.Context), value.Length), Is.EqualTo(value));
        }
    }

    /// <summary>The private key as it is serialized: RFC 9180 §7.1.2 clamps it, which its own vectors leave out.</summary>
    private static byte[] Serialized(HpkeVector vector, string privateKey)
    {
        byte[] bytes = FromHexString(privateKey);
        Assert.That(DhKem.Of(vector.Suite.Kem).TryNormalize(bytes), Is.True);
        return bytes;
    }
}
