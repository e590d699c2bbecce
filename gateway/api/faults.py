"""What is wrong with a request, as an exception on its way to the answer, and as JSON."""

from __future__ import annotations

from typing import Any

from cardswitch.specs.codes import MALFUNCTION, reason
from cardswitch.specs.errors import Error
from cardswitch.specs.masking import PAN_RUN, star_pans
from cardswitch.specs.tracks import is_luhn_valid

from ..core.problems import BLOCKED, UNAUTHENTICATED, Problem, invalid


class Fault(Error):
    """The request ends here; *problem* is its answer."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def bad(message: str, param: str | None = None, code: str | None = None) -> Fault:
    """The request is wrong; *param* says where."""
    return Fault(invalid(message, param, code))


def unauthorised(message: str, status: int = 401, code: str | None = None) -> Fault:
    """Who asks is not known, or may not."""
    kind = "invalid_request_error"
    return Fault(Problem(status=status, type=kind, message=message, code=code))


def error_object(problem: Problem, intent: dict[str, Any] | None, charge: str | None) -> Any:
    """The body of an answer with *problem*; *intent* as it is shown, *charge* by its id."""
    error: dict[str, Any] = {
        "type": problem.type,
        "message": without_cards(problem.message),
        "code": problem.code,
        "param": None if problem.param is None else without_cards(problem.param),
    }
    if problem.type == "card_error":
        error |= {
            "decline_code": problem.decline_code,
            "network_decline_code": problem.network_decline_code,
            "advice_code": problem.advice_code,
            "charge": charge,
        }
    if intent is not None:
        error[intent["object"]] = intent
    return {"error": {name: value for name, value in error.items() if value is not None}}


def without_cards(text: str) -> str:
    """*text*, which may quote what came, with stars for what could be a card number in it.

    >>> without_cards("No such customer: 4242 4242-42424242 of 17")
    'No such customer: **** ****-******** of 17'
    """
    return PAN_RUN.sub(lambda run: star_pans(run[0]) if is_card(run[0]) else run[0], text)


def is_card(run: str) -> bool:
    """Whether a run of digits, blanks and hyphens could be a card number."""
    return is_luhn_valid("".join(c for c in run if c.isdigit()))


def customer_message(problem: Problem) -> str:
    """What the shopper may read: never that a card is lost, stolen or suspected."""
    if problem.network_decline_code is None:
        if problem.code in UNAUTHENTICATED:
            return "Not confirmed with your bank"
        if problem.code in BLOCKED:
            return BLOCKED[problem.code]
        return reason(MALFUNCTION).text if problem.type == "card_error" else problem.message
    return reason(problem.network_decline_code).text
