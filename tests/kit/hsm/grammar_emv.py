"""The commands about chip cards, data and state in construct, for `test_commands`."""

from typing import Any

import construct as c


def when(modes: bytes, fields: Any) -> Any:
    """*fields* in *modes* alone."""
    return c.If(lambda this: this.mode in [modes[at : at + 1] for at in range(len(modes))], fields)


def counted(digits: int, base: int) -> Any:
    """As many bytes as a number in front says."""
    return c.FocusedSeq(
        "data", "size" / c.Bytes(digits), "data" / c.Bytes(lambda this: int(this.size, base))
    )


def after(delimiter: bytes, field: Any) -> Any:
    """*field* behind *delimiter*."""
    return c.FocusedSeq("field", c.Const(delimiter), "field" / field)


def ksn() -> Any:
    """A descriptor and a key serial number, whose length is what it describes, and a counter."""

    def size(descriptor: bytes) -> int:
        described = sum(int(digit, 16) for digit in descriptor.decode())
        return 24 if described == 16 else described + 5

    number = c.Struct("head" / c.Bytes(3), "rest" / c.Bytes(lambda this: size(this.head)))
    return c.ExprAdapter(number, lambda seen, _: seen.head + seen.rest, lambda seen, _: seen)


def side(prefix: str, key: Any) -> tuple[Any, ...]:
    """Type, key and, behind a base derivation key, serial number."""
    is_derived = lambda this: this[f"{prefix}key_type"] == b"009"  # noqa: E731
    return (
        f"{prefix}key_type" / c.Bytes(3),
        f"{prefix}key" / key,
        f"{prefix}ksn" / c.If(is_derived, ksn()),
    )


def iv(prefix: str) -> Any:
    """An initial vector, if the mode chains blocks: of AES, which a key block names, 32 digits."""

    def size(key: bytes) -> int:
        return 32 if key[:1] in (b"S", b"R") and key[8:9] == b"A" else 16

    chained = lambda this: this[f"{prefix}mode"] == b"01"  # noqa: E731
    return f"{prefix}iv" / c.If(chained, c.Bytes(lambda this: size(this[f"{prefix}key"])))


def formats() -> tuple[Any, ...]:
    """Of what is given and what is wanted."""
    return "input_format" / c.Bytes(1), "output_format" / c.Bytes(1)


def data_requests(key: Any) -> dict[str, tuple[Any, ...]]:
    """By command; *key* is one whose forms are all admitted."""
    crypt = ("mode" / c.Bytes(2), *formats(), *side("", key), iv(""), "data" / counted(4, 16))
    modes = "source_mode" / c.Bytes(2), "target_mode" / c.Bytes(2)
    sides = *side("source_", key), *side("target_", key), iv("source_"), iv("target_")
    mac_size = lambda this: 16 if this.mode == b"1" else 8  # noqa: E731
    return {
        "M0": crypt,
        "M2": crypt,
        "M4": (*modes, *formats(), *sides, "data" / counted(4, 16)),
        "GM": ("hash" / c.Bytes(2), "data" / counted(5, 10)),
        "GW": (
            "mode" / c.Bytes(1),
            "method" / c.Bytes(1),
            "bdk" / key,
            "ksn" / ksn(),
            "mac" / when(b"123", c.Bytes(mac_size)),
            "data" / counted(4, 10),
        ),
        "N0": ("length" / c.Bytes(3),),
        "NO": ("mode" / c.Bytes(2),),
        **dict.fromkeys(["J2", "J4", "J8", "JK", "RA"], ()),
    }


def requests(pair: Any, key: Any) -> dict[str, tuple[Any, ...]]:
    """By command; *pair* is a key of two parts, *key* one of any form."""
    head = "mode" / c.Bytes(1), "scheme" / c.Bytes(1), "mk_ac" / pair
    with_data = lambda this: this.mode == b"2"  # noqa: E731
    script = (
        "mk_smi" / pair,
        "account" / c.Bytes(8),
        "session" / c.Bytes(8),
        "message" / counted(4, 16),
        "mk_smc" / c.If(with_data, after(b";", pair)),
        "transport_key" / c.If(with_data, key),
        "secret_session" / c.If(with_data, c.Bytes(8)),
        "offset" / c.If(with_data, c.Bytes(4)),
        "data" / c.If(with_data, counted(4, 16)),
    )
    option_b = lambda this: this.scheme in (b"1", b"3")  # noqa: E731
    by_tree = lambda this: this.scheme in (b"0", b"1")  # noqa: E731
    csk_b = lambda this: this.scheme == b"3"  # noqa: E731
    digits = c.RawCopy(c.GreedyRange(c.OneOf(c.Bytes(1), [b"%d" % n for n in range(10)])))
    number = c.ExprAdapter(digits, lambda seen, _: seen.data, lambda seen, _: seen)
    return {
        "KQ": (
            *head,
            "mk_smi" / when(b"34", pair),
            "account" / c.Bytes(8),
            "atc" / c.Bytes(2),
            "unpredictable" / c.Bytes(4),
            "data" / when(b"0134", counted(2, 16)),
            "arqc" / c.IfThenElse(lambda x: x.mode == b"2", c.Bytes(8), after(b";", c.Bytes(8))),
            "arc" / when(b"124", c.Bytes(2)),
            "mac" / when(b"34", c.Bytes(4)),
            "mac_data" / when(b"34", counted(2, 16)),
        ),
        "KW": (
            *head,
            "iv" / c.If(by_tree, c.Bytes(16)),
            "account" / c.IfThenElse(option_b, counted(2, 10), c.Bytes(8)),
            "tree" / c.If(by_tree, c.IfThenElse(option_b, after(b";", c.Bytes(1)), c.Bytes(1))),
            "atc" / c.IfThenElse(csk_b, after(b";", c.Bytes(2)), c.Bytes(2)),
            "data" / when(b"013", counted(2, 16)),
            "arqc" / c.IfThenElse(lambda x: x.mode in b"24", c.Bytes(8), after(b";", c.Bytes(8))),
            "arc" / when(b"12", c.Bytes(2)),
            "csu" / when(b"34", c.Bytes(4)),
            "proprietary" / when(b"34", counted(1, 10)),
        ),
        "KU": ("mode" / c.Bytes(1), "scheme" / c.Bytes(1), *script),
        "KY": ("mode" / c.Bytes(1), *script),
        "PM": (
            "scheme" / c.Bytes(1),
            "version" / c.Bytes(1),
            "mk" / pair,
            "derivation" / c.Bytes(1),
            "pan" / c.NullTerminated(c.GreedyBytes, term=b";"),
            "expiry" / c.If(lambda x: x.scheme == b"0", c.Bytes(4)),
            "service_code" / c.If(lambda x: x.scheme == b"0", c.Bytes(3)),
            "sequence" / c.If(lambda x: x.scheme == b"1", c.Bytes(2)),
            "track" / c.If(lambda x: x.scheme == b"1", counted(2, 16)),
            "atc" / c.IfThenElse(lambda x: x.scheme == b"0", c.Bytes(6), after(b";", c.Bytes(2))),
            "dcvv" / c.If(lambda x: x.scheme == b"0", c.Bytes(3)),
            "unpredictable" / c.If(lambda x: x.scheme == b"1", c.Bytes(4)),
            "cvc3" / c.If(lambda x: x.scheme == b"1", number),
        ),
    }
