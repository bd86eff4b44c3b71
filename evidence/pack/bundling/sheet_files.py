"""The files of worksheets and averages in a pack: as recorded, as workbooks in its leading language, and as CSV."""

from evidence.pack.form.layout import average_path, worksheet_path
from evidence.pack.gathered.facts import Facts
from evidence.pack.spreadsheets.average_workbook import average_workbook, goods_csv
from evidence.pack.spreadsheets.worksheets import figures_csv, materials_csv, workbook
from evidence.pack.words.language import _, speaking


def sheet_files(facts: Facts, number: str, language: str) -> dict[str, bytes]:
    """The files by their paths; `language` is that of the workbooks."""
    made = {}
    with speaking(language):
        for place, fact in enumerate(facts.snapshots, 1):
            title = _("{number}, worksheet {place}", number=number, place=place)
            made[worksheet_path(place)] = fact.document
            made[f"worksheets/worksheet-{place}.xlsx"] = workbook(fact.worksheet, title)
            made[f"worksheets/worksheet-{place}-materials.csv"] = materials_csv(fact.worksheet)
            made[f"worksheets/worksheet-{place}-figures.csv"] = figures_csv(fact.worksheet)
        for place, average in enumerate(facts.averages, 1):
            title = _("{number}, average {place}", number=number, place=place)
            made[average_path(place)] = average.document
            made[f"worksheets/average-{place}.xlsx"] = average_workbook(average.sheet, title)
            made[f"worksheets/average-{place}-goods.csv"] = goods_csv(average.sheet)
    return made
