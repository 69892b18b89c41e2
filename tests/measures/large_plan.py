"""A very large plan, and one process that reads it in, measured: `python -m tests.measures.large_plan preview FILE`.

Prints JSON: {"seconds", "cpu_seconds", "memory_mb", "child_mb", "rows", "left_out", "sentences"}. The process runs on the migrated database
of DATABASE_URL. With `confirm` it says "begun" and stores what it previewed, so that it can be killed on the way.
"""

import json
import os
import resource
import sys
import time
from pathlib import Path
from typing import Any

import xlsxwriter


def make_file(path: Path, measures: int) -> None:
    """The example's rows over and over with numbers of their own, two indicators each; three measures in all have an end that does not exist."""
    from tests.measures.test_import_understanding import INDICATOR_HEADINGS

    headings = ["Fokusområde", "Mål", "Nr", "Åtgärd", "Beskrivning", "Ansvarig", "Medverkande", "Startdatum", "Slutdatum", "Orsak"]
    text = "Regelbunden studiehjälp efter skolan i skola, bibliotek eller kvarterslokal, med ledare från föreningen. " * 2
    bad = {measures // 4, measures // 2, measures - 1}
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        plan = book.add_worksheet("Handlingsplan")
        plan.write_row(0, 0, ["Handlingsplan 2025–2034 (Exempel)"])
        plan.write_row(1, 0, headings)
        for n in range(measures):
            end = "31 juni 2026" if n in bad else ("2030-12-31", "hösten 2030", "tills vidare")[n % 3]
            place = [f"Fokusområde {n % 7}", f"Mål {n % 21}", f"{n // 100 + 1}.{n % 100 + 1}", f"Åtgärd {n}", f"{text}{n}"]
            people = [f"Aktör {n % 12}, avdelning väst", f"Aktör {(n + 1) % 12}, avdelning väst; Aktör {(n + 5) % 12}, avdelning väst"]
            plan.write_row(n + 2, 0, [*place, *people, "T2 2025", end, f"Orsak {n % 15}"])
        sheet = book.add_worksheet("Indikatorer")
        sheet.write_row(0, 0, INDICATOR_HEADINGS)
        for n in range(measures * 2 if measures <= 10_000 else 0):
            number = f"{n // 200 + 1}.{n // 2 % 100 + 1}"
            sheet.write_row(
                n + 1, 0, [number, f"antal {n}", "Prestation", "antal", "st", "ökar", "per år", 0, 2024, "1 250", 2500.5, "aktören"]
            )
        actors = book.add_worksheet("Aktörer")
        actors.write_row(0, 0, ["Aktör", "Typ"])
        for n in range(12):
            actors.write_row(n + 1, 0, [f"Aktör {n}, avdelning väst", "förening/idrott"])


def main(mode: str, path: Path) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.test_settings")
    import django

    django.setup()
    from measures.actions.imports import confirm_import
    from stakeholders.models import ImportRun

    if mode == "preview":
        sys.stdout.write(json.dumps(_preview(path)) + "\n")
        return
    run = ImportRun.objects.get()
    sys.stdout.write("begun\n")
    sys.stdout.flush()
    confirm_import(run, by=None)
    sys.stdout.write("ended\n")


def _preview(path: Path) -> dict[str, Any]:
    from measures.actions.imports import receive_import
    from measures.imports.telling import told
    from stakeholders.models import Workspace

    room = Workspace.objects.create(name="Norrbruksbyggen AB (Exempel)", slug="norrbruk")
    started, cpu = time.monotonic(), _cpu()
    run = receive_import(path, path.name, workspace=room, by=None)
    seconds, cpu = time.monotonic() - started, _cpu() - cpu
    blocked = next(part for part in told(run.problems) if part.severity == "blocks")
    return {
        "seconds": round(seconds, 1),
        "cpu_seconds": round(cpu, 1),
        "memory_mb": _memory(),
        "child_mb": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024,
        "rows": run.content["rows"],
        "left_out": run.content["left_out"],
        "sentences": [f"{line.sheet}, {line.where}, {line.column}: {line.wrong} {line.remedy}" for line in blocked.lines],
    }


def _cpu() -> float:
    """Seconds of processor used by this process and its children: what the clock would show on a machine that does nothing else."""
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def _memory() -> int:
    """The most this program has held, in MB. Not getrusage's maximum, which begins with what the program that started it held."""
    peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM:"))
    return int(peak.split()[1]) // 1024


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
