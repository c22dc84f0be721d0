// One tab with a page of the demo, as a person uses it.

import { PATIENCE_MS } from "./chromium.js";

/// Opens tabs; each is a person of its own.
export class Visitors {
  #browser;
  #contexts = [];
  /// What went wrong inside of the pages.
  complaints = [];

  constructor(browser) {
    this.#browser = browser;
  }

  /// A tab without a page in it.
  async open(options) {
    const context = await this.#browser.newContext(options);
    this.#contexts.push(context);
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    page.on("pageerror", (error) => this.complaints.push(String(error)));
    page.on("console", (line) => {
      if (line.text().includes("Security Policy"))
        this.complaints.push(line.text());
    });
    return page;
  }

  async leave() {
    await Promise.all(this.#contexts.map((one) => one.close()));
  }
}

export class Visitor {
  constructor(page) {
    this.page = page;
  }

  /// Gives the name that the page asks for.
  async entersAs(name) {
    await this.page.locator("#name").fill(name);
    await this.page.getByRole("button", { name: "Enter" }).click();
    await this.isConnected();
  }

  async isConnected() {
    await this.page.locator('#pill[data-phase="open"]').waitFor();
  }

  /// Moves the pointer to a place of the surface, in parts of its size.
  async pointsAt(x, y) {
    const box = await this.page.locator("#surface").boundingBox();
    await this.page.mouse.move(box.x + x * box.width, box.y + y * box.height);
  }

  /// Waits until somebody's pointer is shown there.
  async seesPointer(user, x, y) {
    await this.page.waitForFunction(
      ([who, left, top]) => {
        const node = document.querySelector(`#cursors [data-user="${who}"]`);
        if (!node) return false;
        const near = (name, value) =>
          Math.abs(node.style.getPropertyValue(name) - value) < 0.02;
        return near("--x", left) && near("--y", top);
      },
      [user, x, y],
    );
  }
}
