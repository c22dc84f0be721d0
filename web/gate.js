// Asks for a name, and remembers it for this tab.

import { byId } from "./dom.js";
import { birdName, NAME_PATTERN } from "./names.js";

const KEY = "rookery.name";

export function rememberedName() {
  const name = sessionStorage.getItem(KEY);
  return name && NAME_PATTERN.test(name) ? name : null;
}

/// The name that was chosen. `error` says why the last one would not do.
export function askForName({ error = "", cancellable = false } = {}) {
  const gate = byId("gate");
  const input = byId("name");
  input.value = rememberedName() ?? birdName();
  byId("gate-error").textContent = error;
  byId("another").onclick = () => {
    input.value = birdName();
    input.focus();
  };
  gate.oncancel = (event) => {
    if (!cancellable) event.preventDefault();
  };
  gate.returnValue = "";
  gate.showModal();
  input.select();
  return new Promise((chosen) => {
    byId("gate-form").onsubmit = () => {
      sessionStorage.setItem(KEY, input.value);
      chosen(input.value);
    };
    gate.onclose = () => chosen(null); // no effect after a submit
  });
}
