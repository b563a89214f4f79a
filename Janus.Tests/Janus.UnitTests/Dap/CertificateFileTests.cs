using System.Security.Cryptography.X509Certificates;
using Janus.Dap;
using Janus.Testing;
using Janus.UnitTests.Cli;

namespace Janus.UnitTests.Dap;

public sealed class CertificateFileTests
{
    private TemporaryFolder _folder = null!;
    private TestCertificate _root = null!;
    private TestCertificate _leaf = null!;

    [SetUp]
    public void Create()
    {
        _folder = new TemporaryFolder();
        _root = TestCertificate.Root("root");
        _leaf = _root.Issue("leaf");
    }

    [TearDown]
    public void Delete()
    {
        _leaf.Dispose();
        _root.Dispose();
        _folder.Dispose();
    }

    [Test]
    public void A_certificate_is_read_from_pem_in_two_files_or_one_and_from_pfx()
    {
        (string certificate, string key) = _leaf.Write(_folder.Path, "leaf");
        string both = _folder.Write("both.pem", _leaf.Pem + "\n" + _root.Pem + "\n" + _leaf.KeyPem);
        string encrypted = _folder.Write("encrypted.pem", _leaf.EncryptedKeyPem("secret words"));
        string password = _folder.Write("password", "secret words\n");
        string pfx = _folder.File("leaf.pfx");
        File.WriteAllBytes(pfx, _leaf.Certificate.Export(X509ContentType.Pfx, "secret words"));
        CertificateFile[] files =
        [
            new(certificate, key, null), new(both, null, null), new(both, "", ""), new(certificate, encrypted, password), new(pfx, null, password),
        ];
        foreach (CertificateFile file in files)
        {
            LoadedCertificate loaded = file.Load(DateTimeOffset.UtcNow);
            Assert.That(loaded.Certificate.Thumbprint, Is.EqualTo(_leaf.Certificate.Thumbprint), $"{file}");
            Assert.That(loaded.Certificate.HasPrivateKey, Is.True, $"{file}");
        }
    }

    [Test]
    public void What_is_wrong_with_a_file_is_told_without_its_content()
    {
        (string certificate, string key) = _leaf.Write(_folder.Path, "leaf");
        using TestCertificate other = _root.Issue("other");
        using TestCertificate expired = _root.Issue("expired", TimeSpan.FromHours(-2), TimeSpan.FromHours(-1));
        using TestCertificate early = _root.Issue("early", TimeSpan.FromHours(1), TimeSpan.FromHours(2));
        (_, string otherKey) = other.Write(_folder.Path, "other");
        (string expiredCertificate, string expiredKey) = expired.Write(_folder.Path, "expired");
        (string earlyCertificate, string earlyKey) = early.Write(_folder.Path, "early");
        string encrypted = _folder.Write("encrypted.pem", _leaf.EncryptedKeyPem("right"));
        string wrong = _folder.Write("password", "wrong");
        string nonsense = _folder.Write("nonsense", "nonsense");
        using (Assert.EnterMultipleScope())
        {
            AssertFails(new("/nowhere/x.pem", null, null), "/nowhere/x.pem: no such file");
            AssertFails(new(certificate, "/nowhere/key.pem", null), "/nowhere/key.pem: no such file");
            AssertFails(new(_folder.Path, null, null), "cannot be read");
            AssertFails(new(certificate, otherKey, null), "other-key.pem: is not the private key of the certificate in");
            AssertFails(new(certificate, null, null), "leaf.pem: expected a private key in PEM, found none");
            AssertFails(new(key, null, null), "leaf-key.pem: expected a certificate in PEM, found none");
            AssertFails(new(certificate, encrypted, null), "is encrypted, and there is no file with its password");
            AssertFails(new(certificate, encrypted, wrong), "or the password is wrong");
            AssertFails(new(nonsense, null, null), "expected PEM or PKCS #12 with the right password");
            AssertFails(new(expiredCertificate, expiredKey, null), "expired.pem: the certificate of CN=expired has expired at");
            AssertFails(new(earlyCertificate, earlyKey, null), "early.pem: the certificate of CN=early is not valid before");
        }
    }

    [Test]
    public void A_change_is_taken_when_both_files_are_there()
    {
        (string certificate, string key) = _leaf.Write(_folder.Path, "leaf");
        CertificateFile file = new(certificate, key, null);
        ReloadedFiles<LoadedCertificate> files = new(file.Paths, contents => file.Load(contents, DateTimeOffset.UtcNow));
        Assert.That(files.Refresh(out string? unchanged), Is.False);
        Assert.That(unchanged, Is.Null);

        using TestCertificate renewed = _root.Issue("renewed");
        File.WriteAllText(certificate, renewed.Pem);
        Assert.That(files.Refresh(out string? half), Is.False);
        Assert.That(half, Does.Contain("is not the private key"));
        Assert.That(files.Refresh(out string? again), Is.False);
        Assert.That(again, Is.Null, "told once");
        Assert.That(files.Current.Certificate.Subject, Is.EqualTo("CN=leaf"));

        File.WriteAllText(key, renewed.KeyPem);
        Assert.That(files.Refresh(out string? whole), Is.True);
        Assert.That(whole, Is.Null);
        Assert.That(files.Current.Certificate.Subject, Is.EqualTo("CN=renewed"));
    }

    // Whatever else is thrown would end the process that looks at its files.
    [Test]
    public void Files_that_are_half_written_leave_what_there_was()
    {
        (string certificate, string key) = _leaf.Write(_folder.Path, "leaf");
        string pfx = _folder.File("leaf.pfx");
        File.WriteAllBytes(pfx, _leaf.Certificate.Export(X509ContentType.Pfx, ""));
        foreach ((CertificateFile file, string changed) in new[]
        {
            (new CertificateFile(certificate, key, null), certificate), (new(certificate, key, null), key), (new(pfx, null, null), pfx),
        })
        {
            byte[] whole = File.ReadAllBytes(changed);
            ReloadedFiles<LoadedCertificate> files = new(file.Paths, contents => file.Load(contents, DateTimeOffset.UtcNow));
            LoadedCertificate first = files.Current;
            for (int length = 0; length < whole.Length - 30; length += 1 + (whole.Length / 50))
            {
                File.WriteAllBytes(changed, whole[..length]);
                Assert.That(files.Refresh(out _), Is.False, $"{length} bytes of {changed}");
                Assert.That(files.Current, Is.SameAs(first));
            }

            File.WriteAllBytes(changed, whole);
        }
    }

    [Test]
    public void The_hash_of_a_key_stays_when_the_certificate_is_renewed_for_it()
    {
        using X509Certificate2 renewed = new CertificateRequest(
                "CN=renewed", _leaf.Certificate.GetECDsaPrivateKey()!, System.Security.Cryptography.HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddDays(1));
        Assert.That(CertificateKey.Hash(renewed), Is.EqualTo(CertificateKey.Hash(_leaf.Certificate)).And.Not.EqualTo(CertificateKey.Hash(_root.Certificate)));
    }

    private void AssertFails(CertificateFile file, string expected)
    {
        CertificateFileException failure = Assert.Throws<CertificateFileException>(() => file.Load(DateTimeOffset.UtcNow))!;
        Assert.That(failure.Message, Does.Contain(expected));
        Assert.That(failure.ToString(), Does.Not.Contain(_leaf.KeyPem[60..100]));
    }
}
