#!/usr/bin/python3
"""Runs suites of system tests: run.py --echo PROGRAM protocol sockets ..."""

import argparse
import sys
import unittest
from pathlib import Path

from support.settings import settings

HERE = Path(__file__).parent
LAYERS = HERE.parent  # other folders of tests that are written like these
sys.path.append(str(LAYERS))


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("suites", nargs="+", metavar="SUITE",
                        help="a folder here or of ../chaos, or one of its tests: "
                             "sockets.test_tls")
    parser.add_argument("--echo", help="path of rookery-echo")
    parser.add_argument("--node", help="path of rookery")
    parser.add_argument("--load", help="path of rookery-load")
    parser.add_argument("--sdk", help="folder of the built SDK of clients/js")
    parser.add_argument("--tls", action="store_true",
                        help="the echo server speaks TLS")
    parser.add_argument("--deflate", action="store_true",
                        help="the compressed cases, instead of all others")
    parser.add_argument("--without-io-uring", action="store_true",
                        help="servers may not use io_uring")
    parser.add_argument("--long", action="store_true",
                        help="full counts, for the second tier")
    parser.add_argument("--only", nargs="+", default=(), metavar="CASE",
                        help="beginnings of protocol cases: 6.4 9")
    parser.add_argument("-v", "--verbose", action="store_true",
                        help="name each test, not only those that fail")
    return parser.parse_args()


def tests_of(suite):
    loader = unittest.defaultTestLoader
    for folder in (HERE / suite, LAYERS / suite):
        if folder.is_dir():
            names = [f"{suite}.{file.stem}"
                     for file in sorted(folder.glob("test_*.py"))]
            return loader.loadTestsFromNames(names)
    return loader.loadTestsFromName(suite)


given = vars(arguments())
suites, verbose = given.pop("suites"), given.pop("verbose")
for name, value in given.items():
    setattr(settings, name, value)
tests = unittest.TestSuite(map(tests_of, suites))
result = unittest.TextTestRunner(verbosity=2 if verbose else 1).run(tests)
sys.exit(not result.wasSuccessful())
