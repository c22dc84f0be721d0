#!/usr/bin/python3
"""Every header compiles alone, so that the order of includes never matters.
Of those that a source of the same name includes first, clang-tidy shows it."""

from tree import (ROOT, check_each, compile_options, included, report, sources,
                  version)

COMPILER = "g++"
options = compile_options()


def command(name):
    return [COMPILER, *options(name), "-fsyntax-only", "-x", "c++", "-include",
            name, "/dev/null"]


def first_in_its_source(name):
    source = ROOT / name.replace(".hpp", ".cpp")
    return not name.startswith("tests/") and source.is_file() and f'"{name}"' == next(
        (one for _, one in included(source.read_text())), None)


headers = [name for name in sources(".hpp") if not first_in_its_source(name)]
failures, anew = check_each(headers, command, [version(COMPILER)])
report(failures, f"{len(headers)} headers, {anew} of them anew")
