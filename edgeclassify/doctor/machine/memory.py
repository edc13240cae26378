"""Memory that is left to the machine and to the service."""

from edgeclassify.doctor.around import Around
from edgeclassify.doctor.findings import fault, ok, unknown, warning
from edgeclassify.doctor.interface import Finding

_MB = 1_000_000
SCARCE_MB, NONE_MB = 150, 50
_MOST_OF_LIMIT = 0.9


def look_at_memory(around: Around) -> list[Finding]:
    """Free is what programs could have: the page cache counts as free."""
    found = _meminfo(around)
    if found is None:
        return [unknown("memory", "the kernel does not tell")]
    free, total = found
    figures = {"available_bytes": free, "total_bytes": total}
    shown = f"{free // _MB} MB of {total // _MB} MB free"
    if free < SCARCE_MB * _MB:
        say = fault if free < NONE_MB * _MB else warning
        remedy = "End what is not needed (see `top -o %MEM`), use Raspberry Pi OS Lite, or a smaller model."
        return [say("memory", shown, remedy, figures=figures)]
    return [_of_the_service(around, shown, figures)]


def _of_the_service(around: Around, shown: str, figures: dict[str, int]) -> Finding:
    told = around.shown or {}
    try:
        used, limit = int(told.get("MemoryCurrent", "")), int(told.get("MemoryMax", ""))
    except ValueError:  # "[not set]", "infinity"
        return ok("memory", shown, figures=figures)
    figures = {**figures, "service_bytes": used, "service_limit_bytes": limit}
    shown = f"{shown}; the service has {used // _MB} of {limit // _MB} MB"
    if used > _MOST_OF_LIMIT * limit:
        remedy = f"Give it more: sudo systemctl edit {around.unit}, with MemoryMax= below [Service]."
        return warning("memory", f"{shown}: it is ended at its limit", remedy, figures=figures)
    return ok("memory", shown, figures=figures)


def _meminfo(around: Around) -> tuple[int, int] | None:
    try:
        lines = (around.places.proc / "meminfo").read_text().splitlines()
        values = {name: int(rest.split()[0]) * 1024 for name, _, rest in (line.partition(":") for line in lines)}
        return values["MemAvailable"], values["MemTotal"]
    except (OSError, ValueError, IndexError, KeyError):
        return None
