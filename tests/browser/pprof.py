"""The smallest writer of profile.proto: for names that no text format can hold."""


def _varint(value):
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def _field(number, value):
    if isinstance(value, int):
        return _varint(number << 3) + _varint(value)
    return _varint(number << 3 | 2) + _varint(len(value)) + value


def profile(stacks, kind=b"samples", unit=b"count"):
    """`stacks` are (names from the root to the leaf, value); names are bytes."""
    strings = [b"", kind, unit]
    for names, _ in stacks:
        strings += [name for name in names if name not in strings]
    out = _field(1, _field(1, 1) + _field(2, 2))
    for names, value in stacks:
        out += _field(2, _field(1, b"".join(_varint(strings.index(name)) for name in reversed(names))) + _field(2, _varint(value)))
    for at in range(1, len(strings)):
        out += _field(4, _field(1, at) + _field(4, _field(1, at)))
        out += _field(5, _field(1, at) + _field(2, at) + _field(3, at))
    return out + b"".join(_field(6, text) for text in strings)
