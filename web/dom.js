// element("p", {class: "note", text: "hi"}, ...children). Text is only ever
// set as text, so that nothing from the network becomes markup.
export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    if (name === "text") node.textContent = value;
    else if (name === "hue") tint(node, value);
    else if (name === "class") node.classList.add(...value.split(" "));
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children);
  return node;
}

/// Gives a node a person's colours.
export function tint(node, hue) {
  node.classList.add("person-hue");
  node.style.setProperty("--hue", hue);
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
