"""Hands on the picture of the page Aim: what is dragged, in fractions of the frame."""

from playwright.sync_api import FloatRect, Page, expect

Point = tuple[float, float]


def open_aim(page: Page) -> None:
    """Returns when the picture, or what stands in its place, has its size."""
    page.goto("#/aim")
    expect(page.get_by_role("heading", name="Aim", level=1)).to_be_visible()
    expect(page.locator(".roi-box").first).to_be_visible()
    expect(page.locator(".picture.waiting")).to_have_count(0)


def drag(page: Page, begin: Point, end: Point) -> None:
    """From one place of the picture to another."""
    area = page.locator(".roi-editor").bounding_box()
    assert area is not None
    page.mouse.move(*_place(area, begin))
    page.mouse.down()
    page.mouse.move(*_place(area, ((begin[0] + end[0]) / 2, (begin[1] + end[1]) / 2)))
    page.mouse.move(*_place(area, end))
    page.mouse.up()


def swipe(page: Page, begin: Point, end: Point) -> None:
    """The same by a finger."""
    area = page.locator(".roi-editor").bounding_box()
    assert area is not None
    touch = page.context.new_cdp_session(page)
    steps = [(begin[0] + (end[0] - begin[0]) * k / 5, begin[1] + (end[1] - begin[1]) * k / 5) for k in range(6)]
    for number, step in enumerate(steps):
        x, y = _place(area, step)
        kind = "touchMove" if number else "touchStart"
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def _place(area: FloatRect, point: Point) -> Point:
    return area["x"] + point[0] * area["width"], area["y"] + point[1] * area["height"]
