"""Writes static/vendor anew from the packages named in MANIFEST.json, unpacked by npm in the folder given.

    npm install --ignore-scripts --prefix FOLDER PACKAGE@VERSION …
    python deploy/assemble_vendor.py FOLDER

Nobody needs node to run or to work on Samspel: the result is committed, and tests/test_vendor.py holds it against the manifest.
"""

import hashlib
import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MANIFEST = ROOT / "static/vendor/MANIFEST.json"


def stylesheet(sources: list[Path]) -> bytes:
    """The parts of the design system in one sheet, each in the cascade layer it has there, so that our own rules win without force."""
    sheet = ["@layer ds.base, ds.components;\n"]
    for source in sources:
        layer = "ds.base" if source.stem == "base" else "ds.components"
        css = re.sub(r"/\*# sourceMappingURL=.*?\*/", "", source.read_text("utf-8")).strip()
        sheet.append(f"@layer {layer} {{\n{css}\n}}\n")
    return "".join(sheet).encode()


def main(unpacked: Path) -> None:
    manifest = json.loads(MANIFEST.read_text("utf-8"))
    lock = json.loads((unpacked / "package-lock.json").read_text("utf-8"))["packages"]
    for package in manifest["packages"]:
        found = lock[f"node_modules/{package['name']}"]
        if (found["version"], found["integrity"]) != (package["version"], package["integrity"]):
            sys.exit(f"{package['name']}: {found['version']} {found['integrity']} is not what the manifest says")
        folder = unpacked / "node_modules" / package["name"]
        for file in package["files"]:
            sources = [folder / source for source in file["from"]]
            content = stylesheet(sources) if len(sources) > 1 else sources[0].read_bytes()
            target = ROOT / file["path"]
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
            file["sha256"] = hashlib.sha256(content).hexdigest()
    MANIFEST.write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
