"""Fee schedules for tests, and the fee of a leg in plain decimals, as people would compute it."""

from decimal import ROUND_HALF_UP, Decimal

from cardswitch.switch.settlement.fees.schedules import Monthly, Price, Rate, Reserve, Schedule

PLUS = Schedule(
    version="plus-1",
    merchants=("CAFE",),
    plan="interchange-plus",
    funding="net",
    rates=(
        Rate(
            currency="EUR",
            interchange=Price(percent="0.2"),
            scheme=Price(percent="0.0235", fixed="0.01"),
            fee=Price(percent="0.5", least="0.03", most="4.00"),
        ),
        Rate(kinds=("refund",), fee=Price(percent="0.5"), gives_back=True),
    ),
    reserve=Reserve("5", 1),
    monthly=Monthly(amount="2.00", currency="EUR"),
)
BLENDED = Schedule(
    version="blended-1",
    rates=(Rate(fee=Price(percent="1.49"), interchange=Price(percent="0.2")),),
)


def price(given: Price, amount: int) -> int:
    """*given* of *amount*, in a currency of two decimals; minor units."""
    if not amount:
        return 0
    part = (Decimal(amount) * Decimal(given.percent) / 100).quantize(Decimal(1), ROUND_HALF_UP)
    total = int(part) + cents(given.fixed)
    total = min(total, cents(given.most)) if given.most else total
    return max(total, cents(given.least))


def cents(text: str) -> int:
    """Minor units of *text*, which has two decimals or is empty."""
    return int(Decimal(text or "0") * 100)


def fee(schedule: Schedule, rate: Rate, amount: int) -> tuple[int, int, int]:
    """Interchange, scheme fee, and all that the merchant pays for *amount* captured."""
    interchange, scheme, own = (
        price(each, amount) for each in (rate.interchange, rate.scheme, rate.fee)
    )
    sign = -1 if rate.gives_back else 1
    paid = own + (interchange + scheme if schedule.plan == "interchange-plus" else 0)
    return sign * interchange, sign * scheme, sign * paid
