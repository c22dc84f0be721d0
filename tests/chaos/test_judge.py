"""The judge of the cluster's tests: bad histories are found, good ones are let
be."""

import unittest

from chaos.judge import judge

TOPIC = "chat.x"


def message(offset, n=None, *, epoch="e", by="p"):
    return {"kind": "message", "epoch": epoch, "offset": offset, "from": by,
            "n": offset if n is None else n}


def joined(offset, user="u", epoch="e"):
    return {"kind": "joined", "epoch": epoch, "offset": offset, "user": user}


def left(offset, user="u", epoch="e"):
    return {"kind": "left", "epoch": epoch, "offset": offset, "user": user}


def reset(begin, end):
    return {"kind": "reset", "from": place(*begin), "to": place(*end)}


def place(epoch, offset):
    return {"epoch": epoch, "offset": offset}


def client(*log, name="c", begin=("e", 0), answers=()):
    return {"name": name, "topic": TOPIC, "log": list(log),
            "begin": place(*begin), "answers": [place(*one) for one in answers]}


def receipt(*arguments, **options):
    return {**message(*arguments, **options), "topic": TOPIC}


def history(clients, receipts=(), presence=None, expected=None):
    return {"clients": clients, "receipts": list(receipts),
            "presence": presence or {}, "expected": expected or {}}


class Judge(unittest.TestCase):
    def kinds(self, *arguments, may_begin_anew=False, **options):
        return [kind for kind, *_ in judge(history(*arguments, **options),
                                           may_begin_anew=may_begin_anew)]

    def test_a_good_history(self):
        log = [joined(1), message(2), left(4), message(7), joined(9)]
        self.assertEqual(self.kinds(
            [client(*log), client(*log[2:], name="d", begin=("e", 2))],
            [receipt(2), receipt(7)], {"n1": {TOPIC: {"u": 1}}},
            {TOPIC: ["u"]}), [])

    def test_a_lost_receipt(self):
        self.assertEqual(self.kinds([client(message(1), message(3))],
                                    [receipt(1), receipt(2), receipt(3)]),
                         ["lost"])

    def test_a_receipt_that_nobody_was_told(self):
        self.assertEqual(self.kinds([client(), client(name="d")],
                                    [receipt(5)]), ["lost", "lost"])

    def test_a_receipt_of_an_epoch_that_nobody_saw(self):
        self.assertEqual(self.kinds([client(message(1), begin=("e", 0))],
                                    [receipt(1), receipt(2, epoch="f")]), [])

    def test_a_repeat(self):
        self.assertEqual(self.kinds([client(message(1), message(1))]),
                         ["repeated"])

    def test_a_message_that_was_stored_twice(self):
        self.assertEqual(self.kinds([client(message(1, 1), message(2, 1))],
                                    [receipt(1, 1)]),
                         ["stored twice"])

    def test_a_message_without_receipt_may_be_there_once(self):
        self.assertEqual(self.kinds([client(message(1), message(2))],
                                    [receipt(2)]), [])

    def test_swapped_offsets(self):
        self.assertEqual(self.kinds([client(message(2), message(1))]),
                         ["reordered"])

    def test_a_hole(self):
        whole = client(message(1), message(2), message(3))
        self.assertEqual(self.kinds(
            [whole, client(message(1), message(3), name="d")],
            [receipt(3)]), ["hole"])

    def test_a_join_that_one_client_was_not_told(self):
        self.assertEqual(self.kinds(
            [client(joined(1), message(2)), client(message(2), name="d")],
            [receipt(2)]), ["hole"])

    def test_an_own_join_is_in_the_answer(self):
        first, went, again = joined(1, "d"), left(2, "d"), joined(3, "d")
        others = client(first, went, again, message(4))

        def found(*log, answers):
            return self.kinds([others, client(*log, name="d", answers=answers)],
                              [receipt(4)])
        self.assertEqual(found(went, message(4),
                               answers=[("e", 1), ("e", 3)]), [])
        self.assertEqual(found(first, went, message(4), answers=[("e", 3)]), [])
        self.assertEqual(found(went, message(4),
                               answers=[("e", 1), ("f", 3)]), ["hole"])
        self.assertEqual(found(went, again, message(4), answers=[("e", 2)]),
                         ["hole"])
        self.assertEqual(found(again, message(4),
                               answers=[("e", 1), ("e", 2)]), ["hole"])

    def test_what_comes_after_the_last_receipt_may_be_on_its_way(self):
        self.assertEqual(self.kinds(
            [client(message(1), left(2)), client(message(1), name="d")],
            [receipt(1)]), [])

    def test_what_came_before_the_begin_is_not_missed(self):
        self.assertEqual(self.kinds(
            [client(message(1), message(2)),
             client(message(2), name="d", begin=("e", 1))],
            [receipt(1), receipt(2)]), [])

    def test_a_double_join(self):
        self.assertEqual(self.kinds([client(joined(1), joined(2))]),
                         ["double join"])

    def test_a_member_that_left_twice(self):
        self.assertEqual(self.kinds([client(left(1), joined(2), left(3),
                                            left(4))]), ["left twice"])

    def test_who_left_and_joined_is_fine(self):
        self.assertEqual(self.kinds([client(
            joined(1), joined(2, "v"), left(3), left(4, "v"), joined(5))]), [])

    def test_nodes_that_tell_different_orders(self):
        self.assertEqual(self.kinds(
            [client(message(1, 1), message(2, 2)),
             client(message(1, 2), message(2, 1), name="d")]),
            ["differs", "differs"])

    def test_a_receipt_for_another_place(self):
        self.assertEqual(self.kinds([client(message(1, 1), message(2, 9))],
                                    [receipt(1, 1), receipt(2, 2)]),
                         ["differs"])

    def test_a_kind_that_differs(self):
        self.assertEqual(self.kinds(
            [client(joined(1)), client(left(1), name="d")]), ["differs"])

    def test_a_reset_without_reason(self):
        log = [message(1), reset(("e", 1), ("e", 5)), message(6)]
        self.assertEqual(self.kinds([client(*log)], [receipt(3), receipt(6)]),
                         ["reset"])

    def test_a_new_epoch_after_the_log_was_lost(self):
        log = [message(1), reset(("e", 1), ("f", 0)),
               message(1, 2, epoch="f")]
        receipts = [receipt(1), receipt(2, 3), receipt(1, 2, epoch="f")]
        self.assertEqual(self.kinds([client(*log)], receipts,
                                    may_begin_anew=True), [])
        self.assertEqual(self.kinds([client(*log[:2])], receipts,
                                    may_begin_anew=True), ["lost"])

    def test_presence(self):
        expected = {TOPIC: ["u", "v"]}
        for says in ({"u": 1}, {"u": 1, "v": 1, "w": 1}, {"u": 1, "v": 2},
                     {"u": 1, "v": 0}, None):
            presence = {"n1": {TOPIC: {"u": 1, "v": 1}}, "n2": {TOPIC: says}}
            self.assertEqual(self.kinds([], [], presence, expected),
                             ["presence"], says)


if __name__ == "__main__":
    unittest.main()
