// One tab with the page of lobbies, as a person uses it.

import { Visitor, Visitors } from "./visitor.js";

/// Opens tabs at the nodes of a cluster.
export class Players extends Visitors {
  #cluster;

  constructor(browser, cluster) {
    super(browser);
    this.#cluster = cluster;
  }

  /// At the page of this node, which it uses until that is gone.
  async enter(name, at, options = {}) {
    const page = await this.open(options);
    const { nodes } = this.#cluster;
    const hosts = nodes.map(({ origin }) => new URL(origin).host);
    const turn = [...hosts.slice(at), ...hosts.slice(0, at)];
    const query = turn.map((one) => `node=${one}`).join("&");
    await page.goto(`${nodes[at].origin}/lobby.html?${query}`);
    const player = new Player(name, page);
    await player.entersAs(name);
    return player;
  }
}

export class Player extends Visitor {
  constructor(name, page) {
    super(page);
    this.name = name;
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
}
