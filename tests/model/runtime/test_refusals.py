"""A runtime's complaints in words for the user."""

from pathlib import Path

from edgeclassify.model.runtime.refusals import refusal


def test_a_custom_operators_name_has_no_full_stop() -> None:
    complaint = (
        "Encountered unresolved custom op: MyFancyOp.\nSee instructions: https://example.org\nNode number 1"
    )
    message = refusal(Path("m.tflite"), "litert 2", complaint)
    assert "the custom operator MyFancyOp is not available." in message


def test_unknown_complaints_are_shortened() -> None:
    message = refusal(Path("m.tflite"), "litert 2", "tensorflow/lite/x.cc:12 something\nwent wrong " + "x" * 500)
    assert message.startswith("m.tflite: litert 2 refuses this model: something went wrong x")
    assert len(message) < 220
