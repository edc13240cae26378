from edgeclassify.scene.checks.displacement import FRAMES, Displacement
from edgeclassify.scene.checks.structure import Registration


def test_the_middle_of_the_last_frames_counts_along_each_way() -> None:
    displacement = Displacement()
    for x, y in ((0.1, 0.0), (0.4, 0.02)):
        displacement.note(Registration(x, y, 0.9))
    assert displacement.note(Registration(0.12, -0.3, 0.5)) == Registration(0.12, 0.0, 0.9)


def test_older_ones_do_not() -> None:
    displacement = Displacement()
    for _ in range(FRAMES):
        displacement.note(Registration(0.3, 0.3, 0.9))
    for _ in range(FRAMES // 2):
        displacement.note(Registration(0.1, 0.1, 0.8))
    assert displacement.note(Registration(0.1, 0.1, 0.8)) == Registration(0.1, 0.1, 0.8)


def test_forgets() -> None:
    displacement = Displacement()
    displacement.note(Registration(0.3, 0.3, 0.9))
    displacement.forget()
    assert displacement.note(Registration(0.1, 0.0, 0.8)) == Registration(0.1, 0.0, 0.8)
