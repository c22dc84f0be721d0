#!/usr/bin/python3
"""clang-tidy over every source of the product; .clang-tidy says what for. Tests
are left out: they take as long, and the sanitizers watch them run."""

from tree import ROOT, check_each, compile_options, report, sources, version

TIDY = "clang-tidy-14"
# The analyzer's deep mode takes thrice the time of all else together.
SHALLOW = ["-Xclang", "-analyzer-config", "-Xclang", "mode=shallow"]

options = compile_options()


def command(name):
    # The warnings are for gcc, which knows more of them.
    kept = [option for option in options(name) if not option.startswith("-W")]
    return [TIDY, "--quiet", name, "--", *kept, "-w", *SHALLOW]


names = [name for name in sources(".cpp") if not name.startswith("tests/")]
list_of_checks = (ROOT / ".clang-tidy").read_text()
failures, anew = check_each(names, command, [version(TIDY), list_of_checks])
report(failures, f"{len(names)} files, {anew} of them anew")
