using Janus.Codec;
using Janus.Messages;

namespace Janus.UnitTests.Messages;

[TestFixture]
public sealed class TaskConfigurationTests
{
    [Test]
    public void The_exact_bytes_are_kept_and_written_again()
    {
        byte[] encoding = WireMessage.Encode(Samples.TaskConfiguration);

        TaskConfiguration decoded = WireMessage.Decode<TaskConfiguration>(encoding);

        Assert.That(decoded.Encoded.ToArray(), Is.EqualTo(encoding));
        Assert.That(WireMessage.Encode(decoded), Is.EqualTo(encoding));
        Assert.That(decoded.LeaderAggregatorEndpoint.ToString(), Is.EqualTo("https://l.test/%7Ea/"));
        Assert.That(decoded.HelperAggregatorEndpoint.ToString(), Is.EqualTo("https://H.test"));
    }

    [Test]
    public void The_bytes_are_the_configurations_own()
    {
        byte[] encoding = WireMessage.Encode(Samples.TaskConfiguration);
        TaskConfiguration decoded = WireMessage.Decode<TaskConfiguration>(encoding);

        encoding.AsSpan().Clear();

        Assert.That(decoded, Is.EqualTo(Samples.TaskConfiguration));
    }

    [Test]
    public void Extensions_in_any_order_stay_in_that_order()
    {
        TaskExtension first = new((TaskExtensionType)9, Samples.Bytes(1));
        TaskExtension second = new((TaskExtensionType)2, Samples.Bytes(2));
        TaskConfiguration configuration = new(Samples.TaskConfiguration.Fields with { Extensions = [first, second] });

        TaskConfiguration decoded = WireMessage.Decode<TaskConfiguration>(configuration.Encoded.Span);

        Assert.That(decoded.Extensions, Is.EqualTo(new[] { first, second }));
    }

    [Test]
    public void Configurations_are_equal_when_their_bytes_are()
    {
        TaskConfiguration same = new(Samples.TaskConfiguration.Fields);
        TaskConfiguration slash = new(Samples.TaskConfiguration.Fields with { HelperAggregatorEndpoint = new Url("https://H.test/") });

        Assert.That(same, Is.EqualTo(Samples.TaskConfiguration));
        Assert.That(same.GetHashCode(), Is.EqualTo(Samples.TaskConfiguration.GetHashCode()));
        Assert.That(slash, Is.Not.EqualTo(Samples.TaskConfiguration));
    }

    [TestCase(0)]
    [TestCase(256)]
    public void A_task_info_of_an_impossible_length_is_refused(int length) =>
        Assert.That(
            () => new TaskConfiguration(Samples.TaskConfiguration.Fields with { TaskInfo = new byte[length] }),
            Throws.ArgumentException);

    [TestCase("")]
    [TestCase("https://ä.test")]
    public void A_url_that_is_not_ascii_is_refused(string text) =>
        Assert.That(() => new Url(text), Throws.ArgumentException);
}
