using System.ComponentModel.DataAnnotations;

namespace Janus.Host.Configuration;

/// <summary>Where the process listens for who operates it, apart from the protocol.</summary>
internal sealed class ManagementOptions : IValidatableObject
{
    /// <summary>The addresses to listen on; none: there is no management listener.</summary>
    public IReadOnlyList<string> Listen { get; set; } = [];

    /// <summary>The addresses in the form Kestrel takes.</summary>
    public IEnumerable<string> Urls() => new HttpOptions { Listen = Listen }.Urls();

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) => Listen
        .Where(address => !HttpOptions.IsAddress(address))
        .Select(address => new ValidationResult($"'{address}' is not an address such as http://127.0.0.1:9464 or http://*:9464", [nameof(Listen)]));
}
