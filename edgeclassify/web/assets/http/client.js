/**
 * The node's HTTP API. Paths are relative to the page ("api/events"), so that it works below any sub-path.
 *
 *   await api.get("api/events", { view: "gate", limit: 20 })
 *   await api.post("api/config", { etag, keys })
 *   await api.ask("pause", { view: "gate", seconds: 600 })   // what MQTT can ask; gives the answer's data
 *   await api.upload("api/classify", file, { view: "gate" }) // a body that is no JSON
 *   img.src = api.url("api/events/7/picture.jpg")
 *
 * What goes wrong is an ApiError: `message` is one sentence for people, `status` of HTTP (0: the node can't be
 * reached), `body` the answer.
 */

export class ApiError extends Error {
  /** @param {number} status @param {string} message */
  constructor(status, message, body = null) {
    super(message);
    this.name = "ApiError";
    this.status = status;
    this.body = body;
  }
}

export class Api {
  #texts;
  #lockedOut = () => {};

  /** @param {(key: string, values?: object) => string} t */
  constructor(t) {
    this.#texts = t;
  }

  /** `fn` is called when the node asks for a password. */
  whenLockedOut(fn) {
    this.#lockedOut = fn;
  }

  url(path, query = {}) {
    const asked = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== "");
    return asked.length ? `${path}?${new URLSearchParams(asked)}` : path;
  }

  get(path, query = {}, options = {}) {
    return this.#send("GET", this.url(path, query), undefined, options);
  }

  post(path, body = {}, options = {}) {
    const headers = { "Content-Type": "application/json" };
    return this.#send("POST", path, JSON.stringify(body), { headers, ...options });
  }

  delete(path, options = {}) {
    return this.#send("DELETE", path, undefined, options);
  }

  /** @param {Blob} file */
  upload(path, file, query = {}, options = {}) {
    const headers = { "Content-Type": file.type || "application/octet-stream" };
    return this.#send("POST", this.url(path, query), file, { headers, ...options });
  }

  async ask(command, args = {}) {
    const answer = await this.post(`api/requests/${command}`, args);
    if (answer?.status === "error") throw new ApiError(422, answer.error, answer);
    return answer?.data ?? answer;
  }

  async #send(method, url, body, { headers = {}, signal } = {}) {
    let answer;
    try {
      answer = await fetch(url, {
        method, body, signal, credentials: "same-origin", cache: "no-store",
        headers: { Accept: "application/json", "X-Edgeclassify": "page", ...headers },
      });
    } catch (error) {
      if (error.name === "AbortError") throw error;
      throw new ApiError(0, this.#texts("error.network"));
    }
    const content = await this.#content(answer);
    if (answer.ok) return content;
    const fault = new ApiError(answer.status, this.#sentence(answer, content), content);
    if (answer.status === 401 && !url.startsWith("api/login")) this.#lockedOut();
    throw fault;
  }

  async #content(answer) {
    if (answer.status === 204) return null;
    const kind = answer.headers.get("Content-Type") ?? "";
    try {
      return kind.includes("json") ? await answer.json() : await answer.text();
    } catch {
      return null;
    }
  }

  #sentence(answer, content) {
    if (content && typeof content.error === "string") return content.error;
    return this.#texts("error.status", { status: answer.status });
  }
}
