namespace Janus.Messages;

/// <summary>The roles of protocol participants, with their octets: DAP §4.1 (basic-definitions).</summary>
public enum Role : byte
{
    /// <summary>Asks for aggregate results and puts the aggregate shares together.</summary>
    Collector = 0,

    /// <summary>Splits a measurement into input shares and uploads the report.</summary>
    Client = 1,

    /// <summary>The Aggregator that takes reports and answers the Collector.</summary>
    Leader = 2,

    /// <summary>The Aggregator that only the Leader talks to.</summary>
    Helper = 3,
}
