"""From the runs of one work to a table."""

from statistics import median

RIVALS = ("bun", "centrifugo")

COLUMNS = {
    "cpu_us_per_delivery": [
        ("per_second", "deliveries/s", "{:,.0f}"),
        ("p50_ms", "p50 ms", "{:.1f}"), ("p99_ms", "p99 ms", "{:.1f}"),
        ("rss_mb", "RSS MB", "{:.0f}"),
        ("wrong", "lost, twice or out of order", "{:.0f}")],
    "cpu_ms_per_connect": [
        ("per_second", "connects/s", "{:,.0f}"), ("rss_mb", "RSS MB", "{:.0f}"),
        ("resumed", "resumed", "{:,.0f}")],
    "rss_kb_per_connection": [
        ("connections", "connections", "{:,.0f}"),
        ("rss_mb", "RSS MB", "{:.0f}"),
        ("idle_cpu_percent", "idle CPU %", "{:.2f}")],
    "cpu_us_per_receipt": [
        ("per_second", "receipts/s", "{:,.0f}"),
        ("p50_ms", "p50 ms", "{:.1f}"), ("p99_ms", "p99 ms", "{:.1f}"),
        ("rss_mb", "RSS MB", "{:.0f}")],
    "cpu_ms_per_return": [
        ("cpu_ms_per_drop", "CPU ms per drop", "{:.3f}"),
        ("per_second", "reconnects/s", "{:,.0f}"),
        ("p50_ms", "p50 ms", "{:.1f}"), ("p99_ms", "p99 ms", "{:.1f}"),
        ("rss_mb", "RSS MB", "{:.0f}")],
}


# Of faults, the worst round counts.
FAULTS = ("wrong", "broken")


# How many cores were busy with something else: far from zero, do not believe
# the row.
COMMON = [("others_cores", "others, cores", "{:.2f}")]


def summary(runs):
    """Medians of what succeeded; the errors of the rest."""
    good = [run for run in runs if "error" not in run]
    result = {key: (max if key in FAULTS else median)(run[key] for run in good)
              for key in (good[0] if good else {}) if key != "broken_why"}
    errors = [run["error"] for run in runs if "error" in run]
    errors += [run["broken_why"] for run in good if run["broken"]]
    return result, errors


def ratio(own, other):
    return f"{own / other:.2f}" if own is not None and other else ""


def rows(work, runs_of, against):
    """A Markdown table with one row for each of those that ran, and notes of
    what went wrong. `against` names columns, and gives their cells for a row by
    name."""
    columns = COLUMNS[work.measured] + COMMON
    sums = {name: summary(runs) for name, runs in runs_of.items()}
    value = {name: medians.get(work.measured)
             for name, (medians, _) in sums.items()}
    titles, cells = against(value)
    head = ["", work.unit, "min..max", *titles,
            *(title for _, title, _ in columns)]
    lines = [f"### {work.name}: {work.text}", "",
             "| " + " | ".join(head) + " |",
             "|---|" + "---:|" * (len(head) - 1)]
    notes = []
    for name, (medians, errors) in sums.items():
        notes += [f"- {name}: {error}" for error in dict.fromkeys(errors)]
        if not medians:
            continue
        each = [run[work.measured] for run in runs_of[name]
                if "error" not in run]
        row = [name, f"{value[name]:.3g}", f"{min(each):.3g}..{max(each):.3g}",
               *cells(name),
               *(form.format(medians[key]) for key, _, form in columns)]
        lines.append("| " + " | ".join(row) + " |")
    return "\n".join(lines + ([""] + notes if notes else []) + [""])


def table(work, runs_of):
    """Servers, each against our rivals."""

    def against(value):
        rivals = [name for name in RIVALS if value.get(name)]
        return ([f"against {rival}" for rival in rivals],
                lambda name: [ratio(value[name], value[rival])
                              for rival in rivals])

    return rows(work, runs_of, against)


def comparison(work, runs_of):
    """The sides, those with a bar against what that is measured from."""
    bars = {bar.side: bar for bar in work.bars}

    def against(value):
        def cells(name):
            if not (bar := bars.get(name)):
                return ["", "", ""]
            base = value.get(bar.base)
            stored = "" if base else f" ({bar.stored} stored)"
            found = ratio(value[name], base or bar.stored)
            return [f"{found} of {bar.base}{stored}", f"{bar.most}",
                    f"{bar.aim}"]

        return ["ratio", "at most", "aim"], cells

    return rows(work, runs_of, against)
