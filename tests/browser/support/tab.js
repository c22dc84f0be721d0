// One tab with the page of rooms, as a person uses it.

import { Visitor, Visitors } from "./visitor.js";

/// Where the page gets its tokens.
export const TOKENS = "**/demo/token?*";

/// Opens tabs at one node.
export class People extends Visitors {
  #origin;
  /// Every address that a page asked for.
  requests = [];

  constructor(browser, origin) {
    super(browser);
    this.#origin = origin;
  }

  async enter(name, room, options = {}) {
    const page = await this.open(options);
    page.on("request", (one) => this.requests.push(one.url()));
    page.on("websocket", (one) => this.requests.push(one.url()));
    await page.goto(`${this.#origin}/#${room}`);
    const tab = new Tab(page);
    await tab.entersAs(name);
    const present = page.locator(`#people [data-user="${name}"]`);
    await present.waitFor({ state: "attached" });
    return tab;
  }
}

export class Tab extends Visitor {
  async says(text) {
    await this.page.locator("#text").fill(text);
    await this.page.keyboard.press("Enter");
  }

  /// Waits for a message, and for its receipt if it is our own.
  async reads(user, text) {
    await this.#message(user, text).waitFor();
  }

  /// Offset of a message in the room's log.
  async offsetOf(user, text) {
    const shown = await this.#message(user, text)
      .locator(".offset")
      .innerText();
    return Number(shown.replace("@", ""));
  }

  #message(user, text) {
    return this.page
      .locator(`#log .message[data-user="${user}"]`)
      .filter({ has: this.page.getByText(text, { exact: true }) });
  }

  async isDisconnected() {
    await this.page.locator('#pill:not([data-phase="open"])').waitFor();
  }

  /// Waits until exactly these are in the room.
  async sees(...users) {
    await this.page.waitForFunction((wanted) => {
      const all = [...document.querySelectorAll("#people .person")];
      const shown = all
        .map((one) => one.dataset.user)
        .sort()
        .join();
      const counted = document.querySelector("#people-count").textContent;
      return shown === wanted && Number(counted) === all.length;
    }, users.sort().join());
  }

  /// Waits until the log says that somebody came or went.
  async notices(text) {
    await this.page.locator("#log .note").getByText(text).last().waitFor();
  }

  /// Waits for a mark behind somebody's name: "2 tabs".
  async seesMark(user, mark) {
    await this.page
      .locator(`#people [data-user="${user}"]`)
      .getByText(mark)
      .waitFor();
  }

  async seesTyping(notice) {
    await this.page.waitForFunction(
      (wanted) => document.querySelector("#typing").textContent === wanted,
      notice,
    );
  }

  cursorOf(user) {
    return this.page.locator(`#cursors [data-user="${user}"]`);
  }

  /// Answers the page's next requests for a token in the node's place.
  async tokensAnswer(status, headers = {}) {
    await this.page.route(TOKENS, (route) =>
      route.fulfill({ status, headers, body: "later" }),
    );
  }

  /// The JSON of frames in the wire panel, oldest first.
  async frames(direction, event) {
    const lines = await this.page
      .locator(`.frame[data-direction="${direction}"][data-event="${event}"]`)
      .locator(".line")
      .allTextContents();
    return lines.map((line) => JSON.parse(line));
  }
}
