"""Between a program's flows and its links: whatever a link says otherwise than we do is translated.

A flow sees and sends messages in our own words. What does not go over is told once for each link.
"""

# Where it stands. Nearer to the link than the flows, and farther than MACs: a MAC is over what is
# on the wire, so what comes in is checked before it is translated, and what goes out gets its MAC
# when it has been.

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from cardswitch.specs.convert import Converted
from cardswitch.specs.convert.translation import Translation
from cardswitch.specs.message import Message

from ..ports import Effect, LinkId, Send, name_of
from .kernel import Kernel

TOLD_MAX: Final = 1_000  # losses that are told: fields of all links, and what happens to each
SILENT: Final = frozenset(["assumed", "filled"])  # Nothing of the message is lost by that.


class Translated(Send, frozen=True, kw_only=True):
    """A Send whose *message* is as its link has it; *ours* is what the program said."""

    ours: Message


class Speech:
    """Translates for those links that need it, by the name of their listener."""

    def __init__(self, kernel: Kernel, translations: Mapping[str, Translation]) -> None:
        self._kernel = kernel
        self._translations = translations
        self._told: set[tuple[str, str, str, str]] = set()

    def hear(self, link: LinkId, message: Message) -> Message:
        """A *message* that came in on *link*, in our words. Raises DecodeError."""
        translation = self._translations.get(name_of(link))
        if translation is None:
            return message
        return self._told_of(link, "heard", translation.hear(message, self._kernel.now))

    def say(self, effect: Effect) -> Effect:
        """*effect*, translated if it is a message for such a link."""
        if type(effect) is not Send or not isinstance(effect.message, Message):
            return effect
        translation = self._translations.get(name_of(effect.link))
        if translation is None:
            return effect
        done = translation.say(effect.message, self._kernel.now)
        said = self._told_of(effect.link, "said", done)
        return Translated(effect.link, said, effect.size, ours=effect.message)

    def _told_of(self, link: LinkId, way: str, done: Converted) -> Message:
        for loss in done.losses:
            key = (name_of(link), way, loss.field, loss.what)
            if loss.what in SILENT or key in self._told or len(self._told) >= TOLD_MAX:
                continue
            self._told.add(key)
            self._kernel.tell("not_translated", link, f"{way}: {loss}; told once")
        return done.message
