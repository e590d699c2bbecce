"""Files of the ACH that others have published, as data."""

import tomllib
from pathlib import Path

from cardswitch.specs.ach import FILL

_SAMPLES = tomllib.loads((Path(__file__).parents[1] / "vectors" / "nacha.toml").read_text("utf-8"))
SAMPLES = {
    name: "\n".join([*each["lines"], *[FILL] * each["fill"]]).encode()
    for name, each in _SAMPLES.items()
}
