#!/usr/bin/python3
"""Every header compiles alone, so that the order of includes never matters."""

from tree import check_each, compile_options, report, sources, version

COMPILER = "g++"
options = compile_options()


def command(name):
    return [COMPILER, *options(name), "-fsyntax-only", "-x", "c++", "-include",
            name, "/dev/null"]


headers = sources(".hpp")
failures, anew = check_each(headers, command, [version(COMPILER)])
report(failures, f"{len(headers)} headers, {anew} of them anew")
