/**
 * What somebody has chosen, until the node says that it is so.
 *
 *   const chosen = pendingChoices({ ended: show })
 *   await chosen.until("gate", true, () => app.api.post(...))   // its result, or its error
 *   gate.value = chosen.or("gate", heard)                       // true until then, what is heard after
 *
 * Whatever else is heard meanwhile shows all fields anew by what was so before: without this a switch would jump back
 * under the hand. Of two choices of one key the later counts.
 */

export const HEARD_MS = 2000; // longer than the node takes to say it in the stream, once it has answered

/** @param {{ heldMs?: number, ended?: () => void }} [of]
 *    heldMs: how long after the answer a choice is still believed where the node says it otherwise than by the answer;
 *    ended: called when one is no longer */
export function pendingChoices({ heldMs = 0, ended = () => {} } = {}) {
  /** @type {Map<string, { value: any, isAnswered: boolean }>} */
  const chosen = new Map();

  async function until(key, value, ask) {
    const mine = { value, isAnswered: false };
    chosen.set(key, mine);
    const end = () => {
      if (chosen.get(key) !== mine) return;
      chosen.delete(key);
      ended();
    };
    try {
      const answer = await ask();
      mine.isAnswered = true;
      if (heldMs) setTimeout(end, heldMs);
      else end();
      return answer;
    } catch (error) {
      end();
      throw error;
    }
  }

  function or(key, heard) {
    const choice = chosen.get(key);
    if (choice?.isAnswered && choice.value === heard) chosen.delete(key);
    return choice ? choice.value : heard;
  }

  return { until, or };
}
