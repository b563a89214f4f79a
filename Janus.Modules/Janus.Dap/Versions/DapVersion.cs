using Janus.Messages;

namespace Janus.Dap;

/// <summary>
/// A draft of DAP, as far as octets and HTTP depend on it. A task has one version for its whole life; whoever works on the
/// task takes from there what the draft decides, and names no draft.
/// </summary>
public abstract class DapVersion
{
    private protected DapVersion()
    {
    }

    /// <summary>The draft that this code speaks where no task says otherwise.</summary>
    public static DapVersion Newest { get; } = new Dap18Version();

    /// <summary>The draft's name, such as <c>dap-18</c>: the beginning of every domain separation string.</summary>
    public abstract string Name { get; }

    /// <summary>The media types of the draft's messages.</summary>
    public abstract DapMediaTypes MediaTypes { get; }

    /// <summary>What the draft's requests look like.</summary>
    public abstract DapRequests Requests { get; }

    /// <summary>The VDAF's application context <c>ctx</c> of a task: DAP §4.4.2 (upload-request).</summary>
    public abstract byte[] VdafContext(TaskId taskId);

    /// <summary>
    /// The <c>info</c> that a Client encrypts an input share under, for <paramref name="server"/>:
    /// DAP §4.4.2 (upload-request).
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The role is not an Aggregator's.</exception>
    public abstract byte[] InputShareInfo(Role server);

    /// <summary>
    /// The <c>info</c> that <paramref name="server"/> encrypts its aggregate share under, for the Collector:
    /// DAP §4.6.7 (aggregate-share-encrypt).
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The role is not an Aggregator's.</exception>
    public abstract byte[] AggregateShareInfo(Role server);

    /// <summary>The name of the draft.</summary>
    public override string ToString() => Name;

    /// <summary>The authenticated data of a task's ciphertexts.</summary>
    internal abstract TaskAad AadOf(TaskId taskId, TaskConfiguration taskConfiguration);
}
