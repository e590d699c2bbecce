"""The parameters of calls about events and webhook endpoints, as types."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from .params import Whole

_LATE: Final = 10**11
_PART: Final = 0.999  # of a second, which counts to it


class EndpointsParams(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A page of webhook endpoints."""

    limit: Whole | None = None
    starting_after: str | None = None


class EndpointParams(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A new webhook endpoint."""

    url: str
    enabled_events: tuple[str, ...]
    description: str | None = None
    metadata: dict[str, str] = {}
    api_version: str | None = None  # taken, and not looked at: there is one


class EndpointUpdate(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is to be another of an endpoint."""

    url: str | None = None
    enabled_events: tuple[str, ...] = ()
    description: str | None = None
    metadata: dict[str, str] = {}
    disabled: bool | None = None


class Range(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Between which seconds something was created."""

    gt: Whole | None = None
    gte: Whole | None = None
    lt: Whole | None = None
    lte: Whole | None = None

    def seconds(self) -> tuple[float, float]:
        """The first and the last.

        >>> Range(gt=Whole(5), lte=Whole(9)).seconds()
        (6.0, 9.999)
        """
        low = max(self.gte or 0, 0 if self.gt is None else self.gt + 1)
        before = _LATE if self.lt is None else self.lt - 1
        high = min(before, _LATE if self.lte is None else self.lte)
        return float(low), high + _PART


class EventsParams(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A page of events."""

    limit: Whole | None = None
    starting_after: str | None = None
    ending_before: str | None = None
    type: str | None = None
    types: tuple[str, ...] = ()
    created: Range = Range()


class ResendParams(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Tell of an event again."""

    webhook_endpoint: str | None = None
