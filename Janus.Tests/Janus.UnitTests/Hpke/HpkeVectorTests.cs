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
        {
            Assert.Ignore("no shared/vectors folder beside the repository");
        }

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
            {
                Assert.That(ciphertext, Is.EqualTo(FromHexString(message.Ciphertext)), $"message {seq}");
            }
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

    /// <summary>RFC 9180 has no vectors for this KEM; this one was made with pyca/cryptography.</summary>
    [Test]
    public void A_message_that_another_implementation_sealed_for_P384_opens()
    {
        HpkeSuite suite = new(HpkeKemId.P384HkdfSha384, HpkeKdfId.HkdfSha384, HpkeAeadId.Aes256Gcm);
        byte[] publicKey = FromHexString(
            "04986DC0A7D2B37E3B222EA7D25A32FC290C88C50B6A0ACFDECADB83A285F19A3EF0DBCEEEECF54A9E7E02E4FB2C7BC0"
            + "75C24BA4C069BB3466BA3D35B29783BB51C74AA60ECFADACB1F4446327B36272176C58D687E5318E5537176F37CC8468"
            + "23");
        byte[] enc = FromHexString(
            "0479D84E729126992AF2C51B9DC16EC9492446E4AE86426401D008A1DF66BF6D49204EE3E5A8BB4A514E19CF91427B29"
            + "27DF7839F83F642AD9DF24227809CA7891D66F874492BE09EA85ACB0EFA1218D5F90ED78BD63937271B57E00D98068EB"
            + "47");
        byte[] ciphertext = FromHexString("FD52A117DEFF7B82E34E7596BB316E1FF7B4B47FB3901D7C96AA94D70F97F4C5");
        byte[] privateKey = FromHexString(
            "98C0889AAB5610522699ABE5970B7B7132022094127060B928018FB3C0E2AAAE9DA72E0C9CF8F909D91C1E1E58F7454A");
        byte[] ikm = [.. Enumerable.Range(0, 48).Select(i => (byte)i)];
        using HpkeKeyPair keyPair = HpkeKeyPair.DeriveKeyPair(suite.Kem, ikm);

        bool opened = new HpkeRecipient(suite, keyPair, "info"u8).TryOpen(enc, [], ciphertext, out byte[]? plaintext);

        Assert.That(keyPair.ExportPrivateKey(), Is.EqualTo(privateKey));
        Assert.That(keyPair.PublicKey.ToArray(), Is.EqualTo(publicKey));
        Assert.That(opened, Is.True);
        Assert.That(plaintext, Is.EqualTo("sealed elsewhere"u8.ToArray()));
    }

    /// <summary>The private key as it is serialized: RFC 9180 §7.1.2 clamps it, which its own vectors leave out.</summary>
    private static byte[] Serialized(HpkeVector vector, string privateKey)
    {
        byte[] bytes = FromHexString(privateKey);
        Assert.That(DhKem.Of(vector.Suite.Kem).TryNormalize(bytes), Is.True);
        return bytes;
    }
}
