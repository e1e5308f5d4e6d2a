using System.Collections.Concurrent;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace Wingman.Silo.Operations.SignIn;

/// <summary>Keys that live as long as the process, and are neither stored nor shared.</summary>
internal sealed class MemoryKeys : IXmlRepository
{
    private readonly ConcurrentQueue<XElement> _elements = [];

    /// <inheritdoc/>
    public IReadOnlyCollection<XElement> GetAllElements() => [.. _elements.Select(static element => new XElement(element))];

    /// <inheritdoc/>
    public void StoreElement(XElement element, string friendlyName) => _elements.Enqueue(new XElement(element));
}
