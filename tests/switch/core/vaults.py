"""A vault for tests that shows what it did, and that nobody would mistake for a safe one."""


class GlassVault:
    """Seals by reversing the digits: readable in a failing test, and not the PAN itself."""

    def seal(self, pan: str) -> str:
        return f"sealed:{pan[::-1]}"

    def open(self, sealed: str) -> str:
        assert sealed.startswith("sealed:")
        return sealed.removeprefix("sealed:")[::-1]

    def fingerprint(self, pan: str) -> str:
        return f"print:{sum(int(d) * (n + 1) for n, d in enumerate(pan))}"
