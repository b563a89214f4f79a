using System.Globalization;

namespace Janus.Datastore;

/// <summary>
/// A connection URI as PostgreSQL's own tools take it: <c>postgres://user:password@host:port,host:port/database?name=value</c>. The
/// folder of a Unix socket is a host, percent-encoded before the path or as the parameter <c>host</c>.
/// </summary>
internal static class PostgresUrl
{
    private const string Expected = "expected a URL postgres://user@host/database";

    // What PostgreSQL calls a parameter, and what the driver does.
    private static readonly Dictionary<string, string> Renamed = new(StringComparer.Ordinal)
    {
        ["host"] = "Host",
        ["port"] = "Port",
        ["dbname"] = "Database",
        ["user"] = "Username",
        ["password"] = "Password",
        ["passfile"] = "Passfile",
        ["sslmode"] = "SSL Mode",
        ["sslrootcert"] = "Root Certificate",
        ["sslcert"] = "SSL Certificate",
        ["sslkey"] = "SSL Key",
        ["sslpassword"] = "SSL Password",
        ["sslnegotiation"] = "SSL Negotiation",
        ["application_name"] = "Application Name",
        ["client_encoding"] = "Client Encoding",
        ["connect_timeout"] = "Timeout",
        ["target_session_attrs"] = "Target Session Attributes",
        ["options"] = "Options",
        ["channel_binding"] = "Channel Binding",
        ["krbsrvname"] = "Kerberos Service Name",
        ["keepalives"] = "TCP Keepalive",
        ["keepalives_idle"] = "TCP Keepalive Time",
        ["keepalives_interval"] = "TCP Keepalive Interval",
        ["load_balance_hosts"] = "Load Balance Hosts",
    };

    /// <summary>The parameters that are known by these names.</summary>
    public static IEnumerable<string> Names => Renamed.Keys;

    /// <summary>Reads a URL as keywords of the driver and their values.</summary>
    /// <exception cref="FormatException">It is not such a URL; the message holds no value.</exception>
    public static IEnumerable<KeyValuePair<string, string>> Parse(string url)
    {
        ArgumentNullException.ThrowIfNull(url);
        string rest = url.Trim();
        rest = rest.StartsWith("postgres://", StringComparison.Ordinal) ? rest["postgres://".Length..]
            : rest.StartsWith("postgresql://", StringComparison.Ordinal) ? rest["postgresql://".Length..]
            : throw new FormatException(Expected);
        (rest, string query) = Cut(rest, '?');
        (string authority, string database) = Cut(rest, '/');
        // A password may hold the sign itself, unencoded.
        int at = authority.LastIndexOf('@');
        Dictionary<string, string> settings = [];
        if (at >= 0)
        {
            (string user, string password) = Cut(authority[..at], ':');
            SetUnlessEmpty(settings, "Username", Decode(user));
            SetUnlessEmpty(settings, "Password", Decode(password));
        }

        ReadHosts(settings, authority[(at + 1)..]);
        SetUnlessEmpty(settings, "Database", Decode(database));
        foreach (string parameter in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            (string name, string value) = Cut(parameter, '=');
            string known = Renamed.GetValueOrDefault(Decode(name)) ?? Decode(name);
            settings[known] = Translate(known, Decode(value));
        }

        JoinPorts(settings);
        return settings;
    }

    private static void ReadHosts(Dictionary<string, string> settings, string text)
    {
        if (text.Length == 0)
        {
            return;
        }

        List<string> hosts = [];
        List<string> ports = [];
        foreach (string one in text.Split(','))
        {
            int colon = one.LastIndexOf(':');
            // The colons of an IPv6 address are within brackets.
            bool hasPort = colon > one.LastIndexOf(']');
            string host = Decode(hasPort ? one[..colon] : one);
            string port = hasPort ? one[(colon + 1)..] : "";
            hosts.Add(host);
            ports.Add(port);
        }

        settings["Host"] = string.Join(',', hosts);
        if (ports.Any(port => port.Length > 0))
        {
            settings["Port"] = string.Join(',', ports);
        }
    }

    // PostgreSQL has a list of ports beside the list of hosts; the driver has them together, where there are several hosts.
    private static void JoinPorts(Dictionary<string, string> settings)
    {
        if (!settings.TryGetValue("Port", out string? text))
        {
            return;
        }

        string[] hosts = settings.GetValueOrDefault("Host", "").Split(',');
        string[] ports = text.Split(',');
        if ((ports.Length != 1 && ports.Length != hosts.Length) || ports.Any(port => port.Length > 0 && !IsPort(port)))
        {
            throw new FormatException("the port of a URL is a number from 1 to 65535, one for all hosts or one for each");
        }

        if (hosts.Length == 1)
        {
            settings.Remove("Port");
            SetUnlessEmpty(settings, "Port", ports[0]);
            return;
        }

        settings.Remove("Port");
        settings["Host"] = string.Join(',', hosts.Select((host, i) => (ports.Length == 1 ? ports[0] : ports[i]) is { Length: > 0 } port ? $"{host}:{port}" : host));
    }

    private static bool IsPort(string text) => ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ushort port) && port > 0;

    private static string Translate(string keyword, string value) => (keyword, value) switch
    {
        ("Load Balance Hosts", "random") => "true",
        ("Load Balance Hosts", "disable") => "false",
        ("TCP Keepalive", "1") => "true",
        ("TCP Keepalive", "0") => "false",
        _ => value,
    };

    private static void SetUnlessEmpty(Dictionary<string, string> settings, string keyword, string value)
    {
        if (value.Length > 0)
        {
            settings[keyword] = value;
        }
    }

    private static (string Before, string After) Cut(string text, char separator)
    {
        int at = text.IndexOf(separator, StringComparison.Ordinal);
        return at < 0 ? (text, "") : (text[..at], text[(at + 1)..]);
    }

    private static string Decode(string text) => Uri.UnescapeDataString(text);
}
