"""The judge of races for seats: bad ones are found, good ones are let be."""

import copy
import unittest

from chaos.race_judge import judge

SEATS = 2


def joined(offset, user, seat, *, at=None, **more):
    """Made `at` this second; heard half a second later."""
    at = offset if at is None else at
    return {"change": "joined", "offset": offset, "user": user, "seat": seat,
            "at": at * 1000, "heard": at + 0.5, **more}


def change(what, offset, user, seat=None, *, at=None, **more):
    entry = joined(offset, user, seat, at=at, **more)
    return {**entry, "change": what}


def call(user, answer, sent=0, answered=100, move="join"):
    return {"user": user, "move": move, "sent": sent, "answered": answered,
            "answer": answer}


def seat(number, offset):
    return {"seat": number, "offset": offset}


FULL = {"code": 120}
LOG = [joined(1, "a", 0), joined(2, "b", 1)]
CALLS = [call("a", seat(0, 1)), call("b", seat(1, 2)), call("c", FULL)]


def race(log=None, calls=None, *, logs=None, end=None, hashes=None):
    log = LOG if log is None else log
    end = end or {"offset": 99, "host": "a", "seats": {0: "a", 1: "b"}}
    return {"seats": SEATS, "calls": CALLS if calls is None else calls,
            "logs": logs or {"n1": log, "n2": copy.deepcopy(log)},
            "ends": {"n1": end, "n2": end},
            "hashes": hashes or {"n1": {"offset": 2, "hash": "x"},
                                 "n2": {"offset": 2, "hash": "x"}}}


class RaceJudge(unittest.TestCase):
    def kinds(self, *arguments, **options):
        return [kind for kind, *_ in judge(race(*arguments, **options))]

    def test_a_good_race(self):
        self.assertEqual(self.kinds(), [])

    def test_who_had_no_answer_may_have_a_seat_or_not(self):
        for log, end in ((LOG, None), ([LOG[0], joined(2, "c", 1)],
                                       {0: "a", 1: "c"})):
            calls = [call("a", seat(0, 1)), call("b", None), call("c", None),
                     call("d", {"code": 108})]
            self.assertEqual(self.kinds(log, calls, end=end and {
                "offset": 9, "host": "a", "seats": end}), [])

    # -- the log --------------------------------------------------------------

    def test_nodes_that_tell_different_logs(self):
        for other, finding in (
                ([LOG[0], joined(2, "c", 1)], "differs"),
                ([LOG[0], LOG[0], LOG[1]], "repeated"),
                ([LOG[1], LOG[0]], "reordered"),
                ([LOG[1]], "hole")):
            found = self.kinds(logs={"n1": LOG, "n2": other})
            self.assertEqual(found, [finding])

    def test_a_node_that_is_behind_has_no_hole(self):
        self.assertEqual(self.kinds(logs={"n1": LOG, "n2": LOG[:1]}), [])

    def test_a_seat_that_two_have(self):
        log = [*LOG, joined(3, "c", 1)]
        self.assertIn("taken twice", self.kinds(log))

    def test_a_user_with_two_seats(self):
        self.assertIn("two seats", self.kinds([LOG[0], joined(2, "a", 1)]))

    def test_a_seat_that_is_none(self):
        self.assertIn("no seat", self.kinds([*LOG, joined(3, "c", 2)]))

    def test_who_has_no_seat_can_not_leave_or_be_held(self):
        for what in ("left", "kicked", "held"):
            for user, place in (("c", 1), ("a", 1), ("c", None)):
                log = [*LOG, change(what, 3, user, place)]
                self.assertEqual(self.kinds(log), ["not seated"], log)

    def test_a_seat_is_held_once_and_taken_back_once(self):
        held, back = change("held", 3, "a", 0), joined(4, "a", 0, back=True)
        self.assertEqual(self.kinds([*LOG, held, back]), [])
        again = {**held, "offset": 4}
        self.assertEqual(self.kinds([*LOG, held, again]), ["not seated"])
        twice = {**back, "offset": 5}
        self.assertEqual(self.kinds([*LOG, held, back, twice]),
                         ["not seated"])
        self.assertEqual(self.kinds([*LOG, back]), ["not seated"])
        other = joined(4, "c", 0, back=True)
        self.assertEqual(self.kinds([*LOG, held, other], [
            *CALLS, call("c", None)]), ["not seated"])

    def test_a_host_has_a_seat(self):
        self.assertEqual(self.kinds([*LOG, change("host", 3, "b")]), [])
        self.assertEqual(self.kinds([*LOG, change("host", 3, "c")]),
                         ["not seated"])

    def test_a_seat_that_nobody_asked_for(self):
        self.assertEqual(self.kinds(calls=CALLS[:1]), ["unasked"])

    # -- answers --------------------------------------------------------------

    def test_a_seat_that_the_log_does_not_have(self):
        for told in (seat(1, 1), seat(0, 0), seat(1, 2)):
            calls = [call("a", told), *CALLS[1:]]
            self.assertEqual(self.kinds(calls=calls), ["false seat"], told)
        calls = [*CALLS, call("d", seat(1, 2))]
        self.assertEqual(self.kinds(calls=calls), ["false seat"])

    def test_a_seat_that_was_lost_later_was_one(self):
        log = [*LOG, change("left", 3, "b", 1), joined(4, "c", 1)]
        calls = [*CALLS[:2], call("c", seat(1, 4)),
                 call("b", {"offset": 3}, move="leave")]
        end = {"offset": 4, "host": "a", "seats": {0: "a", 1: "c"}}
        self.assertEqual(self.kinds(log, calls, end=end), [])
        calls[-1] = call("b", {"offset": 2}, move="leave")
        self.assertEqual(self.kinds(log, calls, end=end), ["false seat"])

    def free_from_3_to_8(self, *refused):
        """Seat 1 is given up at 3, which is heard at 3.5, and taken at 8."""
        log = [*LOG, change("left", 3, "b", 1), joined(4, "d", 1, at=8)]
        calls = [*CALLS[:2], call("d", seat(1, 4)), call("c", FULL, *refused)]
        end = {"offset": 4, "host": "a", "seats": {0: "a", 1: "d"}}
        return self.kinds(log, calls, end=end)

    def test_who_was_refused_while_a_seat_was_free_all_the_time(self):
        self.assertEqual(self.free_from_3_to_8(4, 7), ["false full"])

    def test_who_may_have_been_refused_while_it_was_full(self):
        for times in ((2, 7), (3.2, 7), (4, 8.1), (4, 9), (9, 10)):
            self.assertEqual(self.free_from_3_to_8(*times), [], times)

    def test_who_was_refused_for_another_reason(self):
        calls = [*CALLS, call("d", {"code": 102})]
        self.assertEqual(self.kinds(calls=calls), ["refused"])
        calls = [*CALLS, call("a", {"code": 120}, move="leave")]
        self.assertEqual(self.kinds(calls=calls), ["refused"])

    # -- the end --------------------------------------------------------------

    def test_a_seat_that_is_free_in_the_end(self):
        end = {"offset": 9, "host": "a", "seats": {0: "a"}}
        self.assertEqual(self.kinds([LOG[0]], CALLS[:1], end=end),
                         ["not full"] * 2)

    def test_a_node_with_other_seats_or_no_host(self):
        for end in ({"offset": 9, "host": "a", "seats": {0: "b", 1: "a"}},
                    {"offset": 1, "host": "a", "seats": {0: "a", 1: "b"}},
                    {"offset": 9, "host": "c", "seats": {0: "a", 1: "b"}}):
            self.assertEqual(self.kinds(end=end), ["wrong end"] * 2, end)

    def test_states_at_one_place_that_differ(self):
        for offset, found in ((2, ["hash"]), (3, [])):
            hashes = {"n1": {"offset": 2, "hash": "x"},
                      "n2": {"offset": offset, "hash": "y"}}
            self.assertEqual(self.kinds(hashes=hashes), found)


if __name__ == "__main__":
    unittest.main()
