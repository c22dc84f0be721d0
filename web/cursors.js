// Where the others point. Positions are parts of the surface's width and
// height, since every window has its own size.

import { byId, element, icon } from "./dom.js";
import { hueOf } from "./names.js";

/// A pointer that has not moved for so long is of no interest.
const IDLE_MS = 15_000;

export class CursorView {
  #layer = byId("cursors");
  #cursors = new Map(); // by tab

  show(tab, user, x, y, hue = hueOf(user)) {
    const { node, timer } = this.#cursors.get(tab) ?? this.#make(user, hue);
    clearTimeout(timer);
    node.style.setProperty("--x", x);
    node.style.setProperty("--y", y);
    node.classList.toggle("at-right", x > 0.8);
    const idle = setTimeout(() => this.hide(tab), IDLE_MS);
    this.#cursors.set(tab, { node, user, timer: idle });
  }

  hide(tab) {
    const one = this.#cursors.get(tab);
    if (!one) return;
    clearTimeout(one.timer);
    one.node.remove();
    this.#cursors.delete(tab);
  }

  hideUser(user) {
    for (const [tab, one] of this.#cursors)
      if (one.user === user) this.hide(tab);
  }

  clear() {
    for (const tab of [...this.#cursors.keys()]) this.hide(tab);
  }

  #make(user, hue) {
    const node = element(
      "div",
      { class: "cursor", hue, "data-user": user },
      icon("cursor"),
      element("span", { text: user }),
    );
    this.#layer.append(node);
    return { node };
  }
}

/// Calls `onPoint` with [x, y] while the pointer is over the surface, and with
/// null when it leaves.
export function watchPointer(onPoint) {
  const surface = byId("surface");
  const part = (value) => Math.min(1, Math.max(0, Number(value.toFixed(4))));
  surface.addEventListener("pointermove", ({ clientX, clientY }) => {
    const box = surface.getBoundingClientRect();
    const x = (clientX - box.left) / box.width;
    const y = (clientY - box.top) / box.height;
    onPoint([part(x), part(y)]);
  });
  for (const end of ["pointerleave", "pointercancel"])
    surface.addEventListener(end, () => onPoint(null));
}
