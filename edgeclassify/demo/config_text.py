"""The config that the demo runs by, as the text of a file: the page may change it, as it may any other."""

from pathlib import Path

import tomlkit

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.types import ModelChoice

_TEXT = """\
# The demo's config. It is gone when the demo ends; `edgeclassify check --example` prints one to keep.
[node]
name = "demo"
state_dir = "state"
resume_s = 0
trust_clock = true

[mqtt]
host = "127.0.0.1"
port = {broker}
protocol = "3.1.1"

[web]
enabled = {page}
port = {port}

# The picture behind each event, for the page's Events.
[snapshot]
disk = true
caption = false
max_bytes = 20_000_000

[logging]
level = "warning"

[model]
{model}
[[camera]]
name = "photos"
source = {source}
interval_s = {interval}
loop = true

# A photo is seen once per round: it counts at once.
[[view]]
name = "table"
confirm_s = 0
filter = "none"
"""


@dataclass(frozen=True, slots=True)
class DemoConfig:
    """`source`, and the paths in `model`: absolute. `broker`: its TCP port on this machine; `page`: the page's,
    None: there is none. `interval_s`: seconds per photo."""

    source: str
    model: ModelChoice
    broker: int
    page: int | None
    interval_s: float

    def write(self, file: Path) -> None:
        """For the user alone: a camera's address may have a password in it."""
        file.touch(mode=0o600)
        file.write_text(self.text(), encoding="utf-8")

    def text(self) -> str:
        """As TOML, with comments."""
        return _TEXT.format(
            broker=self.broker,
            page="false" if self.page is None else "true",
            port=self.page or 8080,
            source=_toml(self.source),
            interval=f"{self.interval_s:g}",
            model="".join(f"{key} = {_toml(value)}\n" for key, value in model_table(self.model).items()),
        )


def model_table(model: ModelChoice) -> dict[str, object]:
    """What options of a command can say of a model, as a [model] table says it."""
    table = {
        "name": model.name,
        "labels": None if model.labels is None else str(model.labels),
        "runtime": model.runtime,
        "threads": model.threads,
        "delegate": model.delegate,
        "delegate_options": dict(model.delegate_options) or None,
    }
    return {key: value for key, value in table.items() if value is not None}


def _toml(value: object) -> str:
    if isinstance(value, dict):
        table = tomlkit.inline_table()
        table.update(value)
        return str(table.as_string())
    return str(tomlkit.item(value).as_string())
