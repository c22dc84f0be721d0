// Judges what clients saw of one topic against what publishers have receipts
// for. Pure: plain data in, findings out.

/// `clients`: [{name, begin, log}], each subscribed through the whole run.
/// `begin` is the position of its first answer. `log` is what the application
/// was told, in order: messages {epoch, offset, from, n}, where the publisher
/// `from` counts its messages by `n`, and {reset: {from, to}}.
/// `receipts`: [{epoch, offset, from, n}], in the order in which they came.
///
/// For each client, with the entries concerned:
///   lost       has a receipt, was not told, and no reset covers it
///   repeated   was told before: the same offset, or the same message
///   reordered  came after a later one, or is not what others found there
export function judge(clients, receipts) {
  const places = new Map(); // by position: the message that is there
  for (const one of receipts) places.set(place(one), one);
  const newest = receipts.at(-1)?.epoch;
  return clients.map((client) => ({
    name: client.name,
    messages: messagesOf(client).length,
    resets: client.log.length - messagesOf(client).length,
    lost: lostOf(client, receipts, newest),
    repeated: repeatedOf(client),
    reordered: [...reorderedOf(client), ...differing(client, places)],
  }));
}

const place = ({ epoch, offset }) => `${epoch} ${offset}`;
const messagesOf = ({ log }) => log.filter((one) => !one.reset);

/// What was to be told: the stretches of each epoch from the begin or the end
/// of a reset up to the next reset, or for ever.
function stretchesOf({ begin, log }) {
  const stretches = [];
  let { epoch, offset: after } = begin;
  for (const { reset } of log.filter((one) => one.reset)) {
    stretches.push({ epoch, after, until: reset.from.offset });
    epoch = reset.to?.epoch;
    after = reset.to?.offset;
  }
  stretches.push({ epoch, after, until: Infinity });
  return stretches;
}

function lostOf(client, receipts, newest) {
  const told = new Set(messagesOf(client).map(place));
  const stretches = stretchesOf(client);
  const reached = stretches.some(({ epoch }) => epoch === newest);
  // Of an epoch that nobody followed to its end, a reset has told; the one
  // that the run ended in must have been reached.
  const due = ({ epoch, offset }) =>
    (epoch === newest && !reached) ||
    stretches.some(
      (one) => one.epoch === epoch && one.after < offset && offset <= one.until,
    );
  return receipts.filter((one) => due(one) && !told.has(place(one)));
}

/// A node that has forgotten its log may store a message again that had no
/// receipt, so messages are compared within their epoch.
function repeatedOf(client) {
  const offsets = new Set();
  const messages = new Set();
  return messagesOf(client).filter((one) => {
    const at = place(one);
    const message = `${one.epoch} ${one.from} ${one.n}`;
    const again = offsets.has(at) || messages.has(message);
    offsets.add(at);
    messages.add(message);
    return again;
  });
}

/// Offsets grow in each epoch, the numbers of each publisher do too; another
/// epoch begins with a reset only, and one that was left does not come back.
function reorderedOf({ begin, log }) {
  const highest = new Map();
  const left = new Set();
  let current = begin.epoch;
  const enter = ({ reset }) => {
    if (reset.to?.epoch !== current) left.add(current);
    current = reset.to?.epoch;
  };
  const falls = (key, value) => {
    const before = highest.get(key) ?? -Infinity;
    highest.set(key, Math.max(before, value));
    return value < before;
  };
  return log.filter((one) => {
    if (one.reset) return enter(one);
    const { epoch, offset, from, n } = one;
    const offsetFalls = falls(epoch, offset);
    const numberFalls = falls(`${epoch} ${from}`, n);
    const elsewhere = epoch !== current || left.has(epoch);
    return elsewhere || offsetFalls || numberFalls;
  });
}

/// Messages that receipts, or the clients before, have at other positions.
function differing(client, places) {
  return messagesOf(client).filter((one) => {
    const at = place(one);
    const known = places.get(at);
    if (!known) places.set(at, one);
    return known && (known.from !== one.from || known.n !== one.n);
  });
}
