/** Seconds since the epoch of what the API says of times: a number already, or RFC 3339. */
export const seconds = (when) => (typeof when === "number" ? when : Date.parse(when) / 1000);
