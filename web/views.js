// On a phone one of three views is shown.

const buttons = () => document.querySelectorAll(".views button");

export function showView(name) {
  document.body.dataset.view = name;
  for (const button of buttons())
    button.setAttribute("aria-pressed", button.dataset.view === name);
}

export function listenForViews() {
  for (const button of buttons())
    button.addEventListener("click", () => showView(button.dataset.view));
}
