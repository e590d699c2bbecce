"""Where a key of a TOML file stands: errors name the line that a person must mend."""

from __future__ import annotations

from collections.abc import Mapping


def line_of(text: str, where: str) -> int:
    """The line, from 1, on which TOML *text* says the key *where*, or 0 if none can be found.

    *where* is a path such as ``fields.48.format`` or a bare key; ``routes[1].bin`` is one in the
    second ``[[routes]]``. A key inside an inline table stands where that table does. This reads
    lines, not TOML: it serves words for people alone.

    >>> line_of('[fields]\\n3 = { format = "n 6" }\\n48 = { format = "q 6" }', "fields.48.format")
    3
    """
    if not where:
        return 0
    keys = where.split(".")
    section: list[str] = []
    arrays: dict[tuple[str, ...], int] = {}
    best = (0, 0)
    for number, line in enumerate(text.splitlines(), 1):
        bare = line.strip()
        if bare.startswith("["):
            section = _keys(bare.partition("#")[0].strip("[] "))
            if bare.startswith("[["):
                arrays[tuple(section)] = arrays.get(tuple(section), -1) + 1
            section = _numbered(section, arrays)
            said = section
        else:
            left, equals, _ = bare.partition("=")
            said = [*section, *_keys(left)] if equals else []
            if len(keys) == 1 and equals and _says(bare, where):
                return number
        shared = _shared(said, keys)
        if shared == len(said) and shared > best[0]:
            best = (shared, number)
    # The section alone is the place of a key that is not there; one word of it says too little.
    return best[1] if best[0] >= min(len(keys), 2) else 0


def _numbered(section: list[str], arrays: Mapping[tuple[str, ...], int]) -> list[str]:
    """*section* with the number of each array of tables that it stands in."""
    ways = [tuple(section[: end + 1]) for end in range(len(section))]
    return [f"{way[-1]}[{arrays[way]}]" if way in arrays else way[-1] for way in ways]


def _says(line: str, key: str) -> bool:
    """Whether *line* gives a value to the bare *key*, at its start or in an inline table."""
    words = line.replace("{", " ").replace(",", " ").split()
    return any(
        (word == key and after.startswith("=")) or word.startswith(f"{key}=")
        for word, after in zip(words, [*words[1:], ""], strict=True)
    )


def _keys(text: str) -> list[str]:
    """The keys of a dotted path as TOML writes it, quotes left out."""
    return [key for word in text.replace("'", '"').split('"') for key in _bare(word)]


def _bare(text: str) -> list[str]:
    return [key.strip() for key in text.split(".") if key.strip()]


def _shared(said: list[str], keys: list[str]) -> int:
    """How many keys both have, from the first on."""
    count = 0
    for one, other in zip(said, keys, strict=False):
        if one != other and not _is_same(one, other):
            break
        count += 1
    return count


def _is_same(one: str, other: str) -> bool:
    """Whether both are one key, of which one side does not say which of many is meant."""
    (key, bracket, _), (other_key, other_bracket, _) = one.partition("["), other.partition("[")
    return key == other_key and not (bracket and other_bracket)
