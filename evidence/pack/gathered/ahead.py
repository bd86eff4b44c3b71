"""A shipment that is not entered yet, for a plan: its goods can be planned for before customs has heard of them.

The lines of its invoices stand where lines of a customs entry would. What only an entry says, its number, its days and
its codes, is not known: what stands in its place here is printed nowhere, and a pack is never built of it.
"""

from typing import Final

from evidence.core.statements.shipment import CustomsEntry, CustomsEntryLine, Shipment
from evidence.register.queries import Known

_NUMBER: Final = "NOT-ENTERED"
_CODE, _EDITION = "000000", "HS2022"


def not_entered(shipment: Known[Shipment]) -> Known[CustomsEntry]:
    """What stands for the customs entry of a shipment that has none."""
    it = shipment.value
    entry = CustomsEntry(
        id=it.id,
        issuer=it.issuer,
        number=_NUMBER,
        country=it.import_country,
        entry_type=_NUMBER,
        filer=_NUMBER,
        importer=it.consignee,
        importer_number=_NUMBER,
        port=_NUMBER,
        imported_on=it.exported_on,
        entered_on=it.exported_on,
        lines=tuple(
            CustomsEntryLine(
                line=place,
                shipment=it.number,
                invoice=line.invoice,
                invoice_line=line.line,
                tariff_item=_CODE,
                hs_edition=_EDITION,
                value=line.quantity * line.unit_value,
                currency=line.currency,
                quantity=line.quantity,
            )
            for place, line in enumerate(it.invoice_lines, 1)
        ),
    )
    return Known(entry, shipment.seq, shipment.statement_id, shipment.recorded_at)
