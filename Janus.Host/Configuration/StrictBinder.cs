using System.Collections;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using Janus.Codec;
using Janus.Dap;

namespace Janus.Host.Configuration;

/// <summary>Binds configuration to options objects, and collects every unknown key, unreadable value and broken rule with its path.</summary>
internal sealed class StrictBinder
{
    private readonly List<string> _mistakes = [];

    /// <summary>What was found wrong so far, as <c>Section.Key: what is wrong</c>.</summary>
    public IReadOnlyList<string> Mistakes => _mistakes;

    /// <summary>Binds <paramref name="configuration"/> to a new <typeparamref name="T"/> and validates it.</summary>
    public T Bind<T>(IConfiguration configuration)
        where T : class, new()
    {
        T options = new();
        BindObject(options, configuration, "");
        Validate(options, "");
        return options;
    }

    private void BindObject(object target, IConfiguration configuration, string path)
    {
        PropertyInfo[] properties = [.. target.GetType().GetProperties().Where(property => property.CanWrite)];
        foreach (IConfigurationSection child in configuration.GetChildren())
        {
            string childPath = Join(path, child.Key);
            PropertyInfo? property = Array.Find(properties, candidate => candidate.Name.Equals(child.Key, StringComparison.OrdinalIgnoreCase));
            if (property is null)
            {
                _mistakes.Add($"{Quote.Line(childPath, 100)}: unknown key{Suggest(child.Key, properties)}");
            }
            else if (Read(property.PropertyType, property.GetValue(target), child, Join(path, property.Name)) is { } value)
            {
                property.SetValue(target, value);
            }
        }
    }

    // Null leaves the default in place: the key is empty, or it was wrong and has been reported.
    private object? Read(Type declared, object? current, IConfigurationSection section, string path)
    {
        Type type = Nullable.GetUnderlyingType(declared) ?? declared;
        if (ElementType(type) is { } element)
        {
            return ReadList(element, section, path);
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyDictionary<,>))
        {
            return ReadDictionary(type.GetGenericArguments()[1], section, path);
        }

        if (IsScalar(type))
        {
            return ReadScalar(type, section, path);
        }

        if (!string.IsNullOrEmpty(section.Value))
        {
            _mistakes.Add($"{path}: expected a section with keys, not a value");
            return null;
        }

        object nested = current ?? Activator.CreateInstance(type)!;
        BindObject(nested, section, path);
        return nested;
    }

    private object? ReadScalar(Type type, IConfigurationSection section, string path)
    {
        if (section.GetChildren().Any())
        {
            _mistakes.Add($"{path}: expected one value, not a section or a list");
        }
        else if (section.Value is { } text)
        {
            return Parse(type, text, path);
        }

        return null;
    }

    private Array? ReadList(Type element, IConfigurationSection section, string path)
    {
        // The environment and the command line hold a list with commas, and it replaces the file's.
        if (!string.IsNullOrEmpty(section.Value))
        {
            string[] parts = section.Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            return ToArray(element, parts.Select(part => Parse(element, part, path)));
        }

        List<IConfigurationSection> children = [.. section.GetChildren()];
        if (children.Count == 0)
        {
            return section.Value is null ? null : ToArray(element, []);
        }

        if (children.Exists(child => !int.TryParse(child.Key, NumberStyles.None, CultureInfo.InvariantCulture, out _)))
        {
            _mistakes.Add($"{path}: expected a list");
            return null;
        }

        return ToArray(element, children.Select(child => Read(element, null, child, $"{path}[{child.Key}]")));
    }

    private object ReadDictionary(Type element, IConfigurationSection section, string path)
    {
        IDictionary dictionary = (IDictionary)Activator.CreateInstance(typeof(Dictionary<,>).MakeGenericType(typeof(string), element))!;
        foreach ((string key, IConfigurationSection child) in Leaves(section, ""))
        {
            if (Read(element, null, child, Join(path, key)) is { } value)
            {
                dictionary.Add(key, value);
            }
        }

        return dictionary;
    }

    private static IEnumerable<(string Key, IConfigurationSection Section)> Leaves(IConfigurationSection section, string prefix) =>
        section.GetChildren().SelectMany(child => child.GetChildren().Any()
            ? Leaves(child, Join(prefix, child.Key))
            : [(Join(prefix, child.Key), child)]);

    private object? Parse(Type type, string text, string path)
    {
        if (type == typeof(string))
        {
            return text;
        }

        object? value = null;
        if (type == typeof(bool))
        {
            value = bool.TryParse(text, out bool flag) ? flag : null;
        }
        else if (type == typeof(int))
        {
            value = int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) ? number : null;
        }
        else if (type == typeof(long))
        {
            value = long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) ? number : null;
        }
        else if (type == typeof(double))
        {
            value = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number : null;
        }
        else if (type == typeof(TimeSpan))
        {
            value = ParseDuration(text);
        }
        else if (type == typeof(Uri))
        {
            value = Uri.TryCreate(text, UriKind.Absolute, out Uri? address) ? address : null;
        }
        else if (type.IsEnum)
        {
            value = Array.Find(Enum.GetNames(type), name => Kebab(name).Equals(text, StringComparison.OrdinalIgnoreCase) || name.Equals(text, StringComparison.OrdinalIgnoreCase)) is { } name ? Enum.Parse(type, name) : null;
        }

        if (value is null)
        {
            string suggestion = type.IsEnum ? Spelling.Suggestion(text, NamesOf(type)) : "";
            _mistakes.Add($"{path}: {Quote.Of(text)} is not {Expectation(type)}{suggestion}");
        }

        return value;
    }

    /// <summary>The names of an enumeration's values, as the configuration has them.</summary>
    public static IEnumerable<string> NamesOf(Type type) => Enum.GetNames(type).Select(Kebab);

    private static TimeSpan? ParseDuration(string text)
    {
        string number = text.TrimEnd('m', 's', 'h', 'd', ' ');
        TimeSpan? unit = text[number.Length..].Trim() switch
        {
            "ms" => TimeSpan.FromMilliseconds(1),
            "s" => TimeSpan.FromSeconds(1),
            "m" => TimeSpan.FromMinutes(1),
            "h" => TimeSpan.FromHours(1),
            "d" => TimeSpan.FromDays(1),
            _ => null,
        };
        if (unit is null || !double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double count))
        {
            return null;
        }

        double ticks = count * unit.Value.Ticks;
        return ticks < TimeSpan.MaxValue.Ticks ? TimeSpan.FromTicks((long)ticks) : null;
    }

    private void Validate(object options, string path)
    {
        // Validator.TryValidateObject would ask the object itself only if all attributes are content.
        List<ValidationResult> results = [];
        foreach (PropertyInfo property in options.GetType().GetProperties().Where(property => property.CanWrite))
        {
            Validator.TryValidateProperty(property.GetValue(options), new ValidationContext(options) { MemberName = property.Name }, results);
        }

        if (options is IValidatableObject validatable)
        {
            results.AddRange(validatable.Validate(new ValidationContext(options)));
        }

        foreach (ValidationResult result in results)
        {
            _mistakes.Add($"{Join(path, string.Join(", ", result.MemberNames))}: {result.ErrorMessage}");
        }

        foreach (PropertyInfo property in options.GetType().GetProperties().Where(property => property.CanWrite && IsSection(property.PropertyType)))
        {
            if (property.GetValue(options) is { } nested)
            {
                Validate(nested, Join(path, property.Name));
            }
        }
    }

    private static bool IsSection(Type type) => type.IsClass && !IsScalar(type) && ElementType(type) is null;

    private static bool IsScalar(Type type) => type.IsPrimitive || type.IsEnum || type == typeof(string) || type == typeof(TimeSpan) || type == typeof(Uri);

    private static Type? ElementType(Type type) => type.IsArray ? type.GetElementType()
        : type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>) ? type.GetGenericArguments()[0] : null;

    private static Array ToArray(Type element, IEnumerable<object?> values)
    {
        List<object> read = [.. values.OfType<object>()];
        Array array = Array.CreateInstance(element, read.Count);
        for (int i = 0; i < read.Count; i++)
        {
            array.SetValue(read[i], i);
        }

        return array;
    }

    private static string Expectation(Type type) =>
        type == typeof(bool) ? "true or false"
        : type == typeof(TimeSpan) ? "a duration such as 500ms, 10s, 5m, 2h or 7d"
        : type == typeof(Uri) ? "an absolute URL"
        : type == typeof(double) ? "a number"
        : type.IsEnum ? "one of " + string.Join(", ", NamesOf(type))
        : "a whole number of this size";

    private static string Suggest(string key, PropertyInfo[] properties)
    {
        string[] names = [.. properties.Select(property => property.Name)];
        return Spelling.Suggestion(key, names) is { Length: > 0 } suggestion ? suggestion : $" (known here: {string.Join(", ", names)})";
    }

    private static string Kebab(string name) =>
        string.Concat(name.Select((letter, i) => char.IsUpper(letter) ? (i == 0 ? "" : "-") + char.ToLowerInvariant(letter) : letter.ToString()));

    private static string Join(string path, string key) => path.Length == 0 ? key : $"{path}.{key}";
}
