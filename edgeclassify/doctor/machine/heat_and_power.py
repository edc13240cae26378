"""How hot the processor is, and whether the power supply is strong enough: a Pi is slowed down for either."""

from edgeclassify.doctor.around import Around
from edgeclassify.doctor.findings import fault, ok, unknown, warning
from edgeclassify.doctor.interface import Finding
from edgeclassify.machine import temperature_c

WARM_C, HOT_C = 80.0, 85.0
"""A Pi is slowed down from the first on, and held at the second."""
_UNDER_VOLTAGE, _CAPPED, _SLOWED, _SOFT_LIMIT = 0x1, 0x2, 0x4, 0x8
_SINCE_BOOT = 16
_SUPPLY = "Use the power supply of the Pi's makers and a short cable; take heavy USB devices off."
_COOLER = "Give it a heat sink or a fan, and air around it; keep it out of the sun."


def look_at_temperature(around: Around) -> list[Finding]:
    """The processor's."""
    heat = temperature_c(around.places.sys / "class/thermal/thermal_zone0/temp")
    if heat is None:
        return [unknown("temperature", "the kernel knows none on this machine")]
    figures = {"temperature_c": round(heat, 1)}
    if heat >= WARM_C:
        say = fault if heat >= HOT_C else warning
        return [say("temperature", f"{heat:.0f} °C: it is slowed down from {WARM_C:.0f} °C on", _COOLER,
                    figures=figures)]  # fmt: skip
    return [ok("temperature", f"{heat:.0f} °C", figures=figures)]


def look_at_power(around: Around) -> list[Finding]:
    """The firmware's word on under-voltage and throttling, now and since the start."""
    word = _throttled(around)
    if word is None:
        return _by_voltage_alarm(around)
    figures = {"throttled": f"{word:#x}"}
    if word & _UNDER_VOLTAGE:
        return [fault("power", "too little voltage now: the machine may crash, and its card be damaged", _SUPPLY,
                      figures=figures)]  # fmt: skip
    before = word >> _SINCE_BOOT
    if before & _UNDER_VOLTAGE:
        return [warning("power", "too little voltage since the last start", _SUPPLY, figures=figures)]
    slow = _CAPPED | _SLOWED | _SOFT_LIMIT
    if word & slow:
        return [warning("power", "voltage is right; the processor is slowed down by heat now", _COOLER,
                        figures=figures)]  # fmt: skip
    if before & slow:
        found = "voltage is right; the processor was slowed down by heat since the last start"
        return [warning("power", found, _COOLER, figures=figures)]
    return [ok("power", "voltage right, not slowed down, since the last start", figures=figures)]


def _throttled(around: Around) -> int | None:
    try:
        text = (around.places.sys / "devices/platform/soc/soc:firmware/get_throttled").read_text()
        return int(text.strip(), 16)
    except (OSError, ValueError):
        pass
    answer = around.ask(["vcgencmd", "get_throttled"])  # "throttled=0x50000"
    try:
        return int(answer.output.strip().rpartition("=")[2], 16) if answer.status == 0 else None
    except ValueError:
        return None


def _by_voltage_alarm(around: Around) -> list[Finding]:
    """What the kernel's driver of a Pi's voltage says, where the firmware can't be asked."""
    for name in sorted((around.places.sys / "class/hwmon").glob("hwmon*/name")):
        try:
            if name.read_text().strip() != "rpi_volt":
                continue
            low = int((name.parent / "in0_lcrit_alarm").read_text())
        except (OSError, ValueError):
            continue
        if low:
            return [fault("power", "too little voltage now", _SUPPLY)]
        return [ok("power", "voltage right now")]
    return [unknown("power", "this machine does not tell (only Raspberry Pis do)")]
