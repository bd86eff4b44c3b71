"""Make `examples/voltera` from `examples/tables`: python examples/make_company.py [--out FOLDER]

The same tables give the same bytes on every machine; a test compares them with what is committed.
"""

import argparse
import shutil
from pathlib import Path

from specimen.accumulate import write_statements
from specimen.books import write_books
from specimen.certify import write_certifications
from specimen.declare import write_declarations
from specimen.duties import write_duties
from specimen.figures import check, expected_toml
from specimen.masterdata import write_master
from specimen.ship import write_shipments
from specimen.story import timeline_toml
from specimen.tables import Company


def make(out: Path) -> None:
    company = Company()
    check(company)
    for folder in out.glob("20*-*"):
        shutil.rmtree(folder)
    write_master(company, out)
    write_declarations(company, out)
    write_statements(company, out)
    write_books(company, out)
    write_certifications(out)
    write_shipments(company, out)
    write_duties(out)
    (out / "timeline.toml").write_text(timeline_toml(company, out), encoding="utf-8")
    (out.parent / "expected.toml").write_text(expected_toml(company), encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "voltera")
    make(parser.parse_args().out)
