#!/usr/bin/python3
"""clang-tidy over every source; .clang-tidy says what for."""

from tree import ROOT, check_each, compile_options, report, sources, version

TIDY = "clang-tidy-14"
# The analyzer's deep mode takes thrice the time of all else together.
SHALLOW = ["-Xclang", "-analyzer-config", "-Xclang", "mode=shallow"]

options = compile_options()


def command(name):
    # The warnings are for gcc, which knows more of them.
    kept = [option for option in options(name) if not option.startswith("-W")]
    return [TIDY, "--quiet", name, "--", *kept, "-w", *SHALLOW]


names = sources(".cpp")
lists = [(ROOT / folder / ".clang-tidy").read_text()
         for folder in (".", "tests")]
failures, anew = check_each(names, command, [version(TIDY), *lists])
report(failures, f"{len(names)} files, {anew} of them anew")
