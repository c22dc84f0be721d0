// One tab with the page of lobbies, as a person uses it.

import { PATIENCE_MS } from "./chromium.js";

/// Opens tabs at the nodes of a cluster; each is a person of its own.
export class Players {
  #browser;
  #cluster;
  #contexts = [];
  /// What went wrong inside of the pages.
  complaints = [];

  constructor(browser, cluster) {
    this.#browser = browser;
    this.#cluster = cluster;
  }

  /// At the page of this node, which it uses until that is gone.
  async enter(name, at, options = {}) {
    const context = await this.#browser.newContext(options);
    this.#contexts.push(context);
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    page.on("pageerror", (error) => this.complaints.push(String(error)));
    page.on("console", (line) => {
      if (line.text().includes("Security Policy"))
        this.complaints.push(line.text());
    });
    const { nodes } = this.#cluster;
    const hosts = nodes.map(({ origin }) => new URL(origin).host);
    const turn = [...hosts.slice(at), ...hosts.slice(0, at)];
    const query = turn.map((one) => `node=${one}`).join("&");
    await page.goto(`${nodes[at].origin}/lobby.html?${query}`);
    await page.locator("#name").fill(name);
    await page.getByRole("button", { name: "Enter" }).click();
    const player = new Player(name, page);
    await player.isConnected();
    return player;
  }

  async leave() {
    await Promise.all(this.#contexts.map((one) => one.close()));
  }
}

export class Player {
  constructor(name, page) {
    this.name = name;
    this.page = page;
  }

  async isConnected() {
    await this.page.locator('#pill[data-phase="open"]').waitFor();
  }

  /// The node that the page speaks to.
  node() {
    return this.page.locator("body").getAttribute("data-node");
  }

  /// Waits until the page speaks to another node than this one.
  async leavesNode(node) {
    await this.page.waitForFunction(
      (left) =>
        document.body.dataset.node !== left &&
        document.querySelector("#pill").dataset.phase === "open",
      node,
    );
  }

  async creates(lobby, { password } = {}) {
    await this.page.locator("#create-name").fill(lobby);
    if (password) await this.page.locator("#create-password").fill(password);
    await this.presses("Create");
    await this.sees({ 0: this.name });
  }

  /// Chooses it from the list.
  async opens(lobby) {
    await this.page.locator(`#open [data-lobby="${lobby}"] a`).click();
    await this.page.locator("#lobby-title").getByText(lobby).waitFor();
  }

  async presses(name) {
    await this.page.getByRole("button", { name, exact: true }).click();
  }

  /// Waits until exactly these have the seats: { 0: "wren", 1: "rook" }.
  async sees(users) {
    await this.page.waitForFunction((wanted) => {
      const nodes = [...document.querySelectorAll("#seats .seat")];
      const has = (node) => node.dataset.user;
      return (
        nodes.length > 0 &&
        nodes.every((node) => has(node) === wanted[node.dataset.seat])
      );
    }, users);
  }

  /// Waits for a mark behind somebody's name: "host", "ready".
  async seesMark(user, mark) {
    await this.page
      .locator(`#seats [data-user="${user}"] .tag`)
      .getByText(mark)
      .waitFor();
  }

  async reads(notice) {
    await this.page.locator("#notice").getByText(notice).waitFor();
  }

  /// Takes a cell as soon as it is this player's turn.
  async takes(cell) {
    await this.reads("Your turn.");
    await this.page.locator(`[data-cell="${cell}"]`).click();
  }

  /// Waits for a board such as "0.. .1. ..0": by seats.
  async seesBoard(board) {
    await this.page.waitForFunction(
      (wanted) => {
        const cells = [...document.querySelectorAll("#board .cell")];
        const seat = (one) =>
          one.classList.contains("taken") ? one.dataset.mark : ".";
        return cells.map(seat).join("") === wanted;
      },
      board.replaceAll(" ", ""),
    );
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
        const near = (name, value) =>
          Math.abs(node.style.getPropertyValue(name) - value) < 0.02;
        return node && near("--x", left) && near("--y", top);
      },
      [user, x, y],
    );
  }
}
