"""Make a small project of made-up districts in build/sample, to try reading a report on.

Reference data, suites and notebooks are the real ones; the districts are made up, and so is the
report that lies beside them. What people decided about real reports is left out: it has nothing to
hold on to here. Nothing outside build/sample is touched.
"""

from __future__ import annotations

import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MADE_UP = ROOT / "tests" / "made_up"
REPORT = "dong_gio_2022_9m.txt"
BEFORE = "II. TỰ ĐÁNH GIÁ"
UNSURE = """4. Hiện đại hóa nền hành chính

Phấn đấu hết năm 2022 tỷ lệ hồ sơ giải quyết đúng hạn đạt tối thiểu 99,5%; mức độ hài lòng của \
người dân đạt trên 90%.

"""
"""What a reader has to decide: figures that are wished for and not reached yet."""


def main() -> None:
    """Make the project anew."""
    sample = ROOT / "build" / "sample"
    shutil.rmtree(sample, ignore_errors=True)
    (sample / "data" / "raw").mkdir(parents=True)
    for folder in ("data/reference", "expectations", "notebooks"):
        shutil.copytree(ROOT / folder, sample / folder)
    areas = sample / "data" / "reference" / "areas.csv"
    rows = (MADE_UP / "areas.csv").read_text("utf-8").splitlines()[1:]
    areas.write_text(areas.read_text("utf-8") + "".join(f"{row}\n" for row in rows), "utf-8")
    for name in ("corrections", "remarks"):
        table = sample / "data" / "reference" / f"{name}.csv"
        table.write_text(table.read_text("utf-8").splitlines()[0] + "\n", "utf-8")
    report = (MADE_UP / "reports" / REPORT).read_text("utf-8")
    (sample / "report.txt").write_text(report.replace(BEFORE, UNSURE + BEFORE, 1), "utf-8")
    print("A project of made-up districts, and a report to read:")
    print(sample.relative_to(ROOT) / "report.txt")


if __name__ == "__main__":
    main()
