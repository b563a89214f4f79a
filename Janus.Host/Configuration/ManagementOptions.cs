using System.ComponentModel.DataAnnotations;
using Janus.Codec;

namespace Janus.Host.Configuration;

/// <summary>Where the process listens for who operates it, apart from the protocol.</summary>
internal sealed class ManagementOptions : IValidatableObject
{
    /// <summary>The word that allows every host name.</summary>
    public const string AnyHost = "*";

    /// <summary>The addresses to listen on: <c>http://host:port</c>; port 0 takes a free one. None: there is no management listener.</summary>
    public IReadOnlyList<string> Listen { get; set; } = [];

    /// <summary>
    /// The host names that requests may ask for beside addresses, <c>localhost</c>, the names in <see cref="Listen"/> and the
    /// machine's own; or <see cref="AnyHost"/>.
    /// </summary>
    public IReadOnlyList<string> AllowedHosts { get; set; } = [];

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) =>
    [
        .. Listen
            .Where(address => !HttpOptions.IsAddress(address) || HttpOptions.IsHttps(address))
            .Select(address => new ValidationResult($"{Quote.Of(address)} is not an address such as http://127.0.0.1:9464 or http://*:9464", [nameof(Listen)])),
        .. AllowedHosts
            .Where(host => host != AnyHost && Uri.CheckHostName(host) == UriHostNameType.Unknown)
            .Select(host => new ValidationResult($"{Quote.Of(host)} is not a host name such as janus.monitoring.svc, nor {AnyHost}", [nameof(AllowedHosts)])),
    ];
}
