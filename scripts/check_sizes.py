#!/usr/bin/python3
"""No source over 400 lines: split it by its ideas. clang-tidy judges functions
(.clang-tidy, readability-function-size)."""

from tree import CPP, ROOT, files, report

LINES_MAX = 400
SOURCES = CPP + (".py", ".sh", ".js", ".mjs", ".ts", ".cmake", ".txt")

findings = []
sources = [name for name in files(*SOURCES) if "/corpus/" not in name]
for name in sources:
    lines = len((ROOT / name).read_text(errors="replace").splitlines())
    if lines > LINES_MAX:
        findings.append(f"{name}:{LINES_MAX}: {lines} lines, of at most "
                        f"{LINES_MAX}")
report(findings, f"{len(sources)} files")
