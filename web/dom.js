// element("p", {class: "note", text: "hi"}, ...children). Text is only ever
// set as text, so that nothing from the network becomes markup.
export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    if (name === "text") node.textContent = value;
    else if (name === "hue") node.style.setProperty("--hue", value);
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children);
  return node;
}

/// <svg><use href="#icon-..."></svg>: the shapes stand in index.html.
export function icon(name) {
  const svg = "http://www.w3.org/2000/svg";
  const node = document.createElementNS(svg, "svg");
  node.setAttribute("aria-hidden", "true");
  node.setAttribute("class", "icon");
  const use = document.createElementNS(svg, "use");
  use.setAttribute("href", `#icon-${name}`);
  node.append(use);
  return node;
}

export const byId = (id) => document.getElementById(id);
