"""The parameters of calls about events and webhook endpoints, as types."""

from __future__ import annotations

from msgspec import UNSET, Struct, UnsetType

from .params import ListParams, Whole


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
    """What is to be another of an endpoint; an empty description or metadata unsets."""

    url: str | None = None
    enabled_events: tuple[str, ...] = ()
    description: str | UnsetType | None = UNSET
    metadata: dict[str, str | None] | UnsetType | None = UNSET
    disabled: bool | None = None


class EventsParams(ListParams, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A page of events."""

    type: str | None = None
    types: tuple[str, ...] = ()


class ResendParams(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Tell of an event again."""

    webhook_endpoint: str | None = None
