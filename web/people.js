// Who is in the room, and which rooms there are.

import { initial } from "./chat.js";
import { byId, element } from "./dom.js";
import { hueOf, NAME_PATTERN } from "./names.js";

const ROOMS = ["hall", "library", "garden"];
const SHOWN_MAX = 100;

/// `count`: of all, of whom `members` may be a part.
export function showPeople(members, me, count) {
  byId("people-count").textContent = count.toLocaleString();
  const others = members
    .filter((one) => one.user !== me)
    .sort((a, b) => a.user.localeCompare(b.user));
  const own = members.filter((one) => one.user === me);
  const shown = [...own, ...others].slice(0, SHOWN_MAX);
  byId("people").replaceChildren(...shown.map((one) => person(one, me)));
}

function person({ user, connections = 1, held }, me) {
  const node = element(
    "li",
    { class: "person", hue: hueOf(user), "data-user": user },
    element("span", {
      class: "avatar",
      text: initial(user),
      "aria-hidden": "true",
    }),
    element("span", { class: "name", text: user }),
  );
  if (user === me) node.append(element("span", { class: "tag", text: "you" }));
  if (connections > 1)
    node.append(element("span", { class: "tag", text: `${connections} tabs` }));
  if (held) node.append(element("span", { class: "tag", text: "away" }));
  return node;
}

/// The room of the address: #hall.
export function roomOfAddress() {
  const name = decodeURIComponent(location.hash.slice(1));
  return NAME_PATTERN.test(name) ? name : ROOMS[0];
}

export function showRooms(current) {
  const names = ROOMS.includes(current) ? ROOMS : [...ROOMS, current];
  byId("rooms").replaceChildren(
    ...names.map((name) =>
      element(
        "li",
        {},
        element("a", {
          href: `#${name}`,
          text: `#${name}`,
          "aria-current": name === current ? "page" : undefined,
        }),
      ),
    ),
  );
}

export function listenForRooms() {
  byId("other-room").addEventListener("submit", (event) => {
    event.preventDefault();
    location.hash = byId("room-name").value.trim();
    byId("room-name").value = "";
  });
}
