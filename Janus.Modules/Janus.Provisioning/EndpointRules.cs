using Janus.Dap;
using Janus.Messages;

namespace Janus.Provisioning;

/// <summary>What has to hold for the Aggregators' endpoints before an operator takes them over.</summary>
internal static class EndpointRules
{
    /// <summary>Whether both are the same Aggregator's.</summary>
    public static bool AreSame(Url one, Url other) => TaskprovEndpoints.Normalize(one.ToString()) == TaskprovEndpoints.Normalize(other.ToString());

    /// <summary>The endpoint, unless it is no absolute http or https URL without query and fragment.</summary>
    public static Uri? RequireEndpoint(ProvisioningField field, Url url, Problems problems) =>
        problems.Read(field, () => new AggregatorUrls(url).Endpoint);

    /// <summary>Refuses endpoints without TLS, except on this machine.</summary>
    public static void RequireTls(Url leader, Url helper, bool allowHttp, Problems problems)
    {
        foreach ((ProvisioningField field, Url url) in new[] { (ProvisioningField.Leader, leader), (ProvisioningField.Helper, helper) })
        {
            if (RequireEndpoint(field, url, problems) is { IsLoopback: false } endpoint && endpoint.Scheme != Uri.UriSchemeHttps && !allowHttp)
            {
                problems.Add(field, $"{url}: an https URL expected ({ProvisioningField.AllowHttp} takes it as it is)");
            }
        }
    }
}
