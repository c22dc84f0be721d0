"""Judges what clients of a cluster were told against what publishers have
receipts for. Pure: plain data in, findings out.

A history is {clients, receipts, presence, expected}:
  clients   [{name, topic, begin: {epoch, offset}, answers, log}], each
            subscribed to the end, and told of everything after `begin`. Nobody
            is told of the join that his subscribing caused: the answer's
            position, one of `answers`, includes it. The log has, in the order
            of their coming, {kind: message, epoch, offset, from, n}, {kind:
            joined | left, epoch, offset, user} and {kind: reset, from, to}.
  receipts  [{topic, epoch, offset, from, n}]
  presence  {node: {topic: {user: connections}}}, as each node says at the end
  expected  {topic: users}, who is there

Findings are (kind, who, what):
  lost         has a receipt, and was not told
  repeated     was told before: the same offset, or the same message
  reordered    came after a later one
  hole         others were told of this offset, and this client was not
  differs      others were told something else at this offset, or the receipt
               is for something else
  stored twice the log has a message twice
  double join  joined, and was there
  left twice   left, and was not there
  presence     a node has other members than those who are there
  reset        what was known is void, and nothing was lost that explains it
"""

from collections import defaultdict

EVENTS = ("message", "joined", "left")


def judge(history, *, may_begin_anew=False):
    """`may_begin_anew`: the log was lost on purpose, so there may be another
    epoch; what is judged is the last one then."""
    findings = []
    topics = {one["topic"] for one in history["clients"]}
    for topic in sorted(topics):
        clients = [one for one in history["clients"] if one["topic"] == topic]
        receipts = [one for one in history["receipts"]
                    if one["topic"] == topic]
        findings += judge_topic(clients, receipts, may_begin_anew)
    return findings + judge_presence(history["presence"], history["expected"])


def judge_topic(clients, receipts, may_begin_anew=False):
    findings = []
    for one in clients:
        findings += order_of(one)
        if not may_begin_anew:
            findings += [("reset", one["name"], entry)
                         for entry in one["log"] if entry["kind"] == "reset"]
    for epoch in sorted({entry["epoch"] for entry in events_of(clients)}
                        | {one["epoch"] for one in receipts}):
        told = [Told(one, epoch) for one in clients]
        due = [one for one in receipts if one["epoch"] == epoch]
        known, differing = sequence(told, due)
        findings += differing
        findings += missing(told, known, due)
        findings += stored_twice(known) + members(known)
    return findings


def events_of(clients):
    return (entry for one in clients for entry in one["log"]
            if entry["kind"] in EVENTS)


class Told:
    """What one client was told of one epoch, and what it should have been."""

    def __init__(self, client, epoch):
        self.name = client["name"]
        self.events = {entry["offset"]: entry for entry in client["log"]
                       if entry["kind"] in EVENTS and entry["epoch"] == epoch}
        self.stretches = list(stretches(client, epoch))
        self.answers = {one["offset"] for one in client["answers"]
                        if one["epoch"] == epoch}

    def is_due(self, offset, entry):
        if offset in self.answers and content(entry) == ("joined", self.name):
            return False
        return any(after < offset <= until for after, until in self.stretches)


def stretches(client, epoch):
    """From where to where a client followed an epoch: from its begin, or the
    end of a reset, up to the next reset or for ever."""
    at, after = client["begin"]["epoch"], client["begin"]["offset"]
    for entry in client["log"]:
        if entry["kind"] != "reset":
            continue
        if at == epoch:
            yield after, entry["from"]["offset"]
        at, after = entry["to"]["epoch"], entry["to"]["offset"]
    if at == epoch:
        yield after, float("inf")


def order_of(client):
    """Offsets rise within an epoch, and none comes twice."""
    findings, seen, highest = [], set(), {}
    for entry in client["log"]:
        if entry["kind"] not in EVENTS:
            continue
        place = entry["epoch"], entry["offset"]
        if place in seen:
            findings.append(("repeated", client["name"], entry))
        elif entry["offset"] < highest.get(entry["epoch"], 0):
            findings.append(("reordered", client["name"], entry))
        seen.add(place)
        highest[entry["epoch"]] = max(highest.get(entry["epoch"], 0),
                                      entry["offset"])
    return findings


def content(entry):
    kind = entry.get("kind", "message")
    return ((kind, entry["from"], entry["n"]) if kind == "message"
            else (kind, entry["user"]))


def sequence(told, receipts):
    """By offset, what stands there; and who was told something else."""
    known, findings = {}, []
    for name, offset, entry in [
            *(("receipt", one["offset"], one) for one in receipts),
            *((one.name, offset, entry) for one in told
              for offset, entry in one.events.items())]:
        if content(known.setdefault(offset, entry)) != content(entry):
            findings.append(("differs", name, entry))
    return known, findings


def missing(told, known, receipts):
    """Up to the newest receipt, which all clients have reached."""
    findings = []
    receipted = {one["offset"] for one in receipts}
    end = max(receipted, default=float("inf"))
    for one in told:
        for offset in sorted(known):
            if (offset in one.events or offset > end
                    or not one.is_due(offset, known[offset])):
                continue
            kind = "lost" if offset in receipted else "hole"
            findings.append((kind, one.name, known[offset]))
    return findings


def stored_twice(known):
    """A message has one place in the log; and what has no receipt has one at
    most."""
    places = defaultdict(list)
    for offset, entry in sorted(known.items()):
        if content(entry)[0] == "message":
            places[content(entry)].append(offset)
    return [("stored twice", what[1], {"n": what[2], "offsets": offsets})
            for what, offsets in places.items() if len(offsets) > 1]


def members(known):
    """Joins and leaves of each user come by turns."""
    findings, last = [], {}
    for _, entry in sorted(known.items()):
        kind, user = content(entry)[:2]
        if kind == "message":
            continue
        if last.get(user) == kind:
            name = "double join" if kind == "joined" else "left twice"
            findings.append((name, user, entry))
        last[user] = kind
    return findings


def judge_presence(presence, expected):
    """Every node knows who is there: each of them, once."""
    findings = []
    for node, topics in sorted(presence.items()):
        for topic, users in sorted(expected.items()):
            wanted = {user: 1 for user in users}
            if topics.get(topic) != wanted:
                findings.append(("presence", node, {
                    "topic": topic, "says": topics.get(topic)}))
    return findings
