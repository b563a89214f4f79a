using System.ComponentModel.DataAnnotations;
using Janus.Codec;

namespace Janus.Host.Configuration;

/// <summary>Where the process listens for who operates it, apart from the protocol.</summary>
internal sealed class ManagementOptions : IValidatableObject
{
    /// <summary>The addresses to listen on: <c>http://host:port</c>; port 0 takes a free one. None: there is no management listener.</summary>
    public IReadOnlyList<string> Listen { get; set; } = [];

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) => Listen
        .Where(address => !HttpOptions.IsAddress(address) || HttpOptions.IsHttps(address))
        .Select(address => new ValidationResult($"{Quote.Of(address)} is not an address such as http://127.0.0.1:9464 or http://*:9464", [nameof(Listen)]));
}
