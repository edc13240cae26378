/** Times on an axis: round ones, and where a time stands among many. */

const STEPS_S = [10, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400];

/**
 * Round local times between two, `most` at most.
 *
 * @param {number} from  seconds since the epoch @param {number} to @param {number} most @returns {number[]}
 */
export function ticksBetween(from, to, most) {
  const step = STEPS_S.find((one) => (to - from) / one <= most) ?? STEPS_S[STEPS_S.length - 1];
  const offset = new Date(from * 1000).getTimezoneOffset() * 60;
  const first = Math.ceil((from - offset) / step) * step + offset;
  const found = [];
  for (let time = first; time <= to; time += step) found.push(time);
  return found;
}

/**
 * Index of the last time that is not behind `time`; -1: all are.
 *
 * @param {number[]} times  ascending @param {number} time
 */
export function lastAt(times, time) {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle] <= time) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
