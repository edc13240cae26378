/**
 * Regions of a frame, and what hands do with them: no more than arithmetic.
 *
 * @typedef {{x: number, y: number, width: number, height: number}} Region  fractions of the frame, inside it
 * @typedef {{x: number, y: number}} Point  fractions of the frame
 */

/** Of the frame's side: no region becomes smaller by hand. */
export const LEAST = 0.04;

const FINEST = 1000;

/** @param {number} value @param {number} low @param {number} high */
function within(value, low, high) {
  return Math.min(Math.max(value, low), Math.max(low, high));
}

/** @param {number[]} list  as the config has it: x, y, width, height @returns {Region} */
export function regionOf([x, y, width, height]) {
  return { x, y, width, height };
}

/** @param {Region} region @returns {number[]} as the config has it, in thousandths */
export function listOf(region) {
  const x = Math.round(region.x * FINEST);
  const y = Math.round(region.y * FINEST);
  const right = Math.round((region.x + region.width) * FINEST);
  const bottom = Math.round((region.y + region.height) * FINEST);
  return [x, y, right - x, bottom - y].map((value) => value / FINEST);
}

/** @param {Region} a @param {Region} b */
export function isSame(a, b) {
  return listOf(a).join() === listOf(b).join();
}

/** @param {Region} region @returns {Region} pushed into the frame, its size kept */
export function moved(region, dx, dy) {
  return {
    ...region,
    x: within(region.x + dx, 0, 1 - region.width),
    y: within(region.y + dy, 0, 1 - region.height),
  };
}

/**
 * @param {Region} region
 * @param {string} edges  those that are pulled: of "n", "s", "w", "e"
 * @returns {Region}
 */
export function pulled(region, edges, dx, dy) {
  let { x, y } = region;
  let right = x + region.width;
  let bottom = y + region.height;
  // What was smaller before (by the config's file) may stay so.
  const leastWidth = Math.min(LEAST, region.width);
  const leastHeight = Math.min(LEAST, region.height);
  if (edges.includes("w")) x = within(x + dx, 0, right - leastWidth);
  if (edges.includes("e")) right = within(right + dx, x + leastWidth, 1);
  if (edges.includes("n")) y = within(y + dy, 0, bottom - leastHeight);
  if (edges.includes("s")) bottom = within(bottom + dy, y + leastHeight, 1);
  return { x, y, width: right - x, height: bottom - y };
}

/** @param {Point} a @param {Point} b @returns {Region} with the two as corners, LEAST at least */
export function between(a, b) {
  const width = Math.max(Math.abs(a.x - b.x), LEAST);
  const height = Math.max(Math.abs(a.y - b.y), LEAST);
  return moved({ x: Math.min(a.x, b.x), y: Math.min(a.y, b.y), width, height }, 0, 0);
}

/** @param {Point} point @returns {Region} of a size that can be taken hold of */
export function around(point, size = 0.3) {
  return moved({ x: point.x - size / 2, y: point.y - size / 2, width: size, height: size }, 0, 0);
}

/**
 * The square of a region that a model is given, where it takes the middle.
 *
 * @param {Region} region
 * @param {number} aspect  the frame's width by its height
 * @param {number} share  of the shorter side
 * @returns {Region}
 */
export function middleSquare(region, aspect, share) {
  const side = Math.min(region.width * aspect, region.height) * share;
  const width = side / aspect;
  return {
    x: region.x + (region.width - width) / 2,
    y: region.y + (region.height - side) / 2,
    width,
    height: side,
  };
}
