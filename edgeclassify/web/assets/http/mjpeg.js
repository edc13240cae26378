/**
 * A camera's stream, read picture by picture: an <img> of it would not tell when a picture came, or that none comes
 * any more.
 *
 *   const close = mjpeg(url, { came: (blob) => ..., ended: () => ... });
 *
 * `ended` once, where it was refused, ended, or could not be opened; never after close().
 */

const bytesOf = (text) => new TextEncoder().encode(text);
const HEAD_END = bytesOf("\r\n\r\n");
const MOST_BYTES = 16 << 20;

export function mjpeg(url, { came, ended }) {
  const stop = new AbortController();
  read(url, stop.signal, came).catch(() => {}).then(() => { if (!stop.signal.aborted) ended(); });
  return () => stop.abort();
}

async function read(url, signal, came) {
  const answer = await fetch(url, { signal, cache: "no-store", credentials: "same-origin" });
  if (!answer.ok) return;
  const mark = bytesOf(`--${/boundary="?([^";]+)/.exec(answer.headers.get("Content-Type") ?? "")?.[1]}\r\n`);
  const reader = answer.body.getReader();
  let kept = new Uint8Array(0);
  let seen = 0;
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    kept = joined(kept, value);
    for (;;) {
      const end = find(kept, mark, seen);
      if (end < 0) break;
      const picture = pictureIn(kept.subarray(0, end));
      if (picture) came(new Blob([picture], { type: "image/jpeg" }));
      kept = kept.slice(end + mark.length);
      seen = 0;
    }
    seen = Math.max(0, kept.length - mark.length);
    if (kept.length > MOST_BYTES) throw new Error("no boundary");
  }
}

/** What is behind the head, without the line end before the boundary. */
function pictureIn(part) {
  const head = find(part, HEAD_END, 0);
  return head < 0 ? null : part.slice(head + HEAD_END.length, part.length - 2);
}

function joined(one, other) {
  if (one.length === 0) return other;
  const both = new Uint8Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}

function find(bytes, wanted, from) {
  for (let at = bytes.indexOf(wanted[0], from); at >= 0; at = bytes.indexOf(wanted[0], at + 1)) {
    if (at + wanted.length > bytes.length) return -1;
    if (wanted.every((byte, i) => bytes[at + i] === byte)) return at;
  }
  return -1;
}
