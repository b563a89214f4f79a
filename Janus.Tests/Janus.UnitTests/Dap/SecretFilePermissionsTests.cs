using System.Runtime.Versioning;
using Janus.Dap;
using Janus.UnitTests.Cli;

namespace Janus.UnitTests.Dap;

[TestFixture]
[Platform(Exclude = "Win", Reason = "Windows has no such modes")]
[UnsupportedOSPlatform("windows")]
public sealed class SecretFilePermissionsTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void DeleteFolder() => _folder.Dispose();

    [TestCase("644", "every user of this machine may read this secret (mode 644); 'chmod 600 ")]
    [TestCase("604", "every user of this machine may read this secret (mode 604); 'chmod 600 ")]
    [TestCase("444", "every user of this machine")]
    [TestCase("640", "its group may read this secret (mode 640)")]
    [TestCase("660", "its group may read this secret (mode 660)")]
    public void A_secret_that_others_may_read_is_told_with_the_remedy(string mode, string expected)
    {
        string path = FileOf(mode);
        Assert.That(SecretFilePermissions.Warning(path), Does.StartWith($"{path}: ").And.Contains(expected));
    }

    [TestCase("600")]
    [TestCase("400")]
    [TestCase("700")]
    public void A_secret_of_its_owner_is_not(string mode) => Assert.That(SecretFilePermissions.Warning(FileOf(mode)), Is.Null);

    [Test]
    public void A_secret_that_we_get_by_its_group_is_not()
    {
        // As Kubernetes mounts it: others provide it, and we may not change it. Root may change any file.
        string path = FileOf("440");
        Assert.That(SecretFilePermissions.Warning(path), Environment.IsPrivilegedProcess ? Does.Contain("its group") : Is.Null);
    }

    [Test]
    public void A_link_is_judged_by_its_file()
    {
        string link = _folder.File("link");
        File.CreateSymbolicLink(link, FileOf("600"));
        Assert.That(SecretFilePermissions.Warning(link), Is.Null);
        File.Delete(link);
        File.CreateSymbolicLink(link, FileOf("644"));
        Assert.That(SecretFilePermissions.Warning(link), Does.StartWith(link));
    }

    [Test]
    public void A_file_that_is_not_there_is_told_by_whoever_reads_it() => Assert.That(SecretFilePermissions.Warning(_folder.File("nothing")), Is.Null);

    private string FileOf(string mode)
    {
        string path = _folder.Write($"{mode}", "secret");
        File.SetUnixFileMode(path, (UnixFileMode)Convert.ToInt32(mode, 8));
        return path;
    }
}
