namespace Wingman.Testing.Product;

/// <summary>The implementation of <c>extensions.uuid_generate_v4()</c> in a <see cref="ProductDatabase"/>.</summary>
public enum UuidFunction
{
    /// <summary>The extension <c>uuid-ossp</c>, as in the product.</summary>
    Extension,

    /// <summary>A function of the same name that calls <c>gen_random_uuid()</c>, on servers without the extension's files.</summary>
    BuiltIn,
}
