using System.Globalization;
using Janus.Cli;
using Janus.Codec;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Janus.Host.Configuration;

/// <summary>A YAML file as a configuration source: mappings become sections, sequences numbered keys.</summary>
internal sealed class YamlConfigurationSource(string path) : IConfigurationSource
{
    public IConfigurationProvider Build(IConfigurationBuilder builder) => new Provider(path);

    private sealed class Provider(string path) : ConfigurationProvider
    {
        public override void Load()
        {
            try
            {
                using StreamReader reader = new(path);
                YamlStream stream = [];
                stream.Load(reader);
                if (stream.Documents.Count > 1)
                {
                    throw new CliException($"{path}: expected one YAML document, not {stream.Documents.Count}");
                }

                if (stream.Documents is [var document])
                {
                    Flatten(document.RootNode, "");
                }
            }
            catch (YamlException failure)
            {
                string problem = Quote.MessageOf(failure.InnerException ?? failure);
                throw new CliException(string.Create(CultureInfo.InvariantCulture, $"{path} line {failure.Start.Line}: {problem}"));
            }
            catch (InvalidOperationException)
            {
                // YamlDotNet's scanner throws this for some unclosed brackets and quotes.
                throw new CliException($"{path}: not YAML; is a bracket or a quotation mark not closed?");
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                throw new CliException($"the configuration file cannot be read: {Quote.MessageOf(failure)}");
            }
        }

        private void Flatten(YamlNode node, string key)
        {
            switch (node)
            {
                case YamlMappingNode mapping:
                    foreach ((YamlNode name, YamlNode value) in mapping.Children)
                    {
                        Flatten(value, Combine(key, NameOf(name)));
                    }

                    break;
                case YamlSequenceNode { Children.Count: 0 } when key.Length > 0:
                    // An empty list is not one that is left out.
                    Data[key] = "";
                    break;
                case YamlSequenceNode sequence:
                    for (int i = 0; i < sequence.Children.Count; i++)
                    {
                        Flatten(sequence.Children[i], Combine(key, i.ToString(CultureInfo.InvariantCulture)));
                    }

                    break;
                case YamlScalarNode scalar when key.Length > 0:
                    Data[key] = IsNull(scalar) ? null : scalar.Value;
                    break;
                case YamlScalarNode scalar when !IsNull(scalar):
                    throw new CliException($"{path}: expected sections with keys");
            }
        }

        private string NameOf(YamlNode name) => name is YamlScalarNode { Value: { Length: > 0 } text } && !text.Contains(':', StringComparison.Ordinal)
            ? text
            : throw new CliException(string.Create(CultureInfo.InvariantCulture, $"{path} line {name.Start.Line}: a key is a plain word"));

        private static string Combine(string key, string name) => key.Length == 0 ? name : ConfigurationPath.Combine(key, name);

        private static bool IsNull(YamlScalarNode scalar) =>
            scalar.Style == ScalarStyle.Plain && scalar.Value is null or "" or "~" or "null" or "Null" or "NULL";
    }
}
