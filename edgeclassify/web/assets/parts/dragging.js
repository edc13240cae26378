/**
 * One pointer that is held down over an element, told in fractions of that element.
 *
 * A second finger changes nothing; a pointer that the browser takes away (a scroll, a call) cancels.
 */

/**
 * @template Held
 * @param {HTMLElement} area
 * @param {object} hands
 * @param {(target: HTMLElement, at: {x: number, y: number}) => Held | null} hands.begin  null: it is not for us
 * @param {(held: Held, from: {x: number, y: number}, to: {x: number, y: number}) => void} hands.move
 * @param {(held: Held, from: {x: number, y: number}, to: {x: number, y: number}) => void} hands.end
 * @param {(held: Held) => void} hands.cancel
 */
export function dragging(area, { begin, move, end, cancel }) {
  /** @type {{held: Held, pointer: number, from: {x: number, y: number}} | null} */
  let now = null;

  /** @param {PointerEvent} event */
  function pointOf(event) {
    const size = area.getBoundingClientRect();
    const share = (value, from, length) => Math.min(Math.max((value - from) / (length || 1), 0), 1);
    return { x: share(event.clientX, size.left, size.width), y: share(event.clientY, size.top, size.height) };
  }

  area.addEventListener("pointerdown", (event) => {
    if (now || event.button !== 0 || !(event.target instanceof HTMLElement)) return;
    const from = pointOf(event);
    const held = begin(event.target, from);
    if (held === null) return;
    event.preventDefault();
    area.setPointerCapture(event.pointerId);
    now = { held, pointer: event.pointerId, from };
  });
  area.addEventListener("pointermove", (event) => {
    if (event.pointerId === now?.pointer) move(now.held, now.from, pointOf(event));
  });
  area.addEventListener("pointerup", (event) => {
    if (event.pointerId !== now?.pointer) return;
    const { held, from } = now;
    now = null;
    end(held, from, pointOf(event));
  });
  area.addEventListener("pointercancel", (event) => {
    if (event.pointerId !== now?.pointer) return;
    const { held } = now;
    now = null;
    cancel(held);
  });
  area.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !now) return;
    const { held } = now;
    now = null;
    event.preventDefault();
    cancel(held);
  });
}
