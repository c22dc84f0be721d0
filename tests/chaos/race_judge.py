"""Judges a race for the seats of a lobby: what the lobby's log says, what each
player was answered, and what the nodes say at the end. Pure: plain data in,
findings out.

A race is {seats, logs, calls, ends, hashes}:
  seats   how many the lobby has
  logs    {node: entries}, each from the lobby's first entry on, in their
          order: events lobby.changed, with `heard`, a time in seconds.
          `at` of an event is when its node was asked, in milliseconds
  calls   [{user, move: join | leave, sent, answered, answer}], times in s;
          answer: {seat, offset}, {offset}, {code}, or None if none came
  ends    {node: {offset, seats: {seat: user}, host}}, snapshots
  hashes  {node: {offset, hash}}

Findings are (kind, who, what):
  repeated, reordered   a node told an offset twice, or after a later one
  hole, differs         others were told of this offset, or something else at it
  no seat               somebody took one that the lobby has not
  taken twice           two have one seat
  two seats             one has two seats
  not seated            left, was held or came back, and had no such seat
  unasked               took a seat and had not asked for one
  false seat            was told of a seat that is not his by the log there
  false full            was refused while a seat was free all the time
  refused               was refused for no reason that there is
  not full, wrong end   at the end seats are free; a node shows other seats
  hash                  nodes at one place have different states
"""

from collections import defaultdict

FULL, LATE, NOT_SEATED = 120, 108, 121


def judge(race):
    findings, log = one_log(race["logs"])
    steps, wrong = replay(log, race["seats"])
    findings += wrong
    findings += judge_unasked(log, race["calls"])
    free = free_times(log, steps, race)
    for call in race["calls"]:
        findings += judge_call(call, steps, free)
    findings += judge_ends(race, steps)
    return findings


# -- the log ------------------------------------------------------------------

def content(entry):
    return {name: value for name, value in entry.items() if name != "heard"}


def one_log(logs):
    """What all nodes together told, by offset, each with the time when the
    first of them told it."""
    findings, known = [], {}
    for node, entries in sorted(logs.items()):
        last = 0
        seen = set()
        for entry in entries:
            offset = entry["offset"]
            if offset in seen:
                findings.append(("repeated", node, entry))
            elif offset < last:
                findings.append(("reordered", node, entry))
            seen.add(offset)
            last = max(last, offset)
            first = known.setdefault(offset, dict(entry))
            if content(first) != content(entry):
                findings.append(("differs", node, entry))
            first["heard"] = min(first["heard"], entry["heard"])
    for node, entries in sorted(logs.items()):
        end = max((entry["offset"] for entry in entries), default=0)
        told = {entry["offset"] for entry in entries}
        findings += [("hole", node, known[offset]) for offset in sorted(known)
                     if offset < end and offset not in told]
    return findings, [known[offset] for offset in sorted(known)]


def replay(log, seats):
    """[(offset, {seat: user})] after each entry, and what can not be."""
    steps, findings = [], []
    now, held = {}, set()
    for entry in log:
        findings += [(kind, entry.get("user"), entry)
                     for kind in step(entry, seats, now, held)]
        steps.append((entry["offset"], dict(now)))
    return steps, findings


def step(entry, seats, now, held):
    """Takes one entry into the state; the kinds of what is wrong with it."""
    change, user, seat = (entry["change"], entry.get("user"),
                          entry.get("seat"))
    has = now.get(seat) == user
    if change == "joined":
        yield from join(entry, seats, now, held)
    elif change in ("left", "kicked", "held"):
        if not has or (change == "held" and user in held):
            yield "not seated"
        held.discard(user)
        if change == "held":
            held.add(user)
        elif has:
            del now[seat]
    elif change == "host" and user not in now.values():
        yield "not seated"


def join(entry, seats, now, held):
    user, seat = entry["user"], entry["seat"]
    if entry.get("back"):
        if now.get(seat) != user or user not in held:
            yield "not seated"
        held.discard(user)
        return
    if seat >= seats:
        yield "no seat"
    if seat in now:
        yield "taken twice"
    if user in now.values():
        yield "two seats"
    now[seat] = user


def judge_unasked(log, calls):
    asked = {call["user"] for call in calls if call["move"] == "join"}
    return [("unasked", entry["user"], entry) for entry in log
            if entry["change"] == "joined" and entry["user"] not in asked]


def state_at(steps, offset):
    now = {}
    for at, seats in steps:
        if at > offset:
            break
        now = seats
    return now


# -- answers ------------------------------------------------------------------

def free_times(log, steps, race):
    """From when to when a seat was surely free: from when it was told to when
    the entry that took the last was made, which has its place later."""
    times, since = [], None
    for entry, (_, seats) in zip(log, steps):
        is_free = len(seats) < race["seats"]
        if is_free and since is None:
            since = entry["heard"]
        elif not is_free and since is not None:
            times.append((since, entry["at"] / 1000))
            since = None
    if since is not None:
        times.append((since, float("inf")))
    return times


def judge_call(call, steps, free):
    answer, user = call["answer"], call["user"]
    if answer is None or answer.get("code") == LATE:
        return []
    if "code" in answer:
        if call["move"] == "leave" and answer["code"] == NOT_SEATED:
            return []  # an answer to nobody had been given, or it was kept
        if call["move"] != "join" or answer["code"] != FULL:
            return [("refused", user, call)]
        was_free = any(begin < call["sent"] and call["answered"] < end
                       for begin, end in free)
        return [("false full", user, call)] if was_free else []
    seats = state_at(steps, answer["offset"])
    if call["move"] == "join" and seats.get(answer["seat"]) != user:
        return [("false seat", user, call)]
    if call["move"] == "leave" and user in seats.values():
        return [("false seat", user, call)]
    return []


# -- the end ------------------------------------------------------------------

def judge_ends(race, steps):
    findings = []
    for node, end in sorted(race["ends"].items()):
        if end["seats"] != state_at(steps, end["offset"]):
            findings.append(("wrong end", node, end))
        if len(end["seats"]) != race["seats"]:
            findings.append(("not full", node, end))
        if end["host"] not in end["seats"].values():
            findings.append(("wrong end", node, end))
    hashes = defaultdict(set)
    for said in race["hashes"].values():
        hashes[said["offset"]].add(said["hash"])
    findings += [("hash", None, race["hashes"])
                 for said in hashes.values() if len(said) > 1]
    return findings
