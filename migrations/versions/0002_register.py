"""The register's tables: one for each kind of statement, one for each kind of line, and what rests on what.

Written out as plain text columns, so that this revision stands on its own: ``name:type`` each, the key before the bar,
an exclamation mark for a column that is never empty. The register is derived from the ledger, so a later revision may
drop these tables and let `evidence register rebuild` fill the new ones.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_TYPES: dict[str, Any] = {
    "bigint": sa.BigInteger(),
    "int": sa.Integer(),
    "flag": sa.Boolean(),
    "day": sa.Date(),
    "text": sa.Text(),
    "string": sa.String(),
    "string64": sa.String(64),
    "moment": sa.String(27),
    # Exact figures: SQLite has no exact type, and would round a NUMERIC column as REAL.
    "figure": sa.String().with_variant(sa.Numeric(), "postgresql"),
}

_TABLES = {
    "register_statement": (
        """
        seq:bigint | statement_id:text! kind:string64! actor:text! recorded_at:moment!
        """,
        ("kind",),
    ),
    "register_edge": (
        """
        seq:bigint place:int | from_id:text! role:text! to_id:text!
        """,
        ("from_id", "to_id"),
    ),
    "register_party": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text received:text view:text
        view_root:text seed:text parser:text lines:bigint scale:bigint currency:text
        """,
        ("unique id",),
    ),
    "register_site": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text received:text view:text
        view_root:text seed:text parser:text lines:bigint scale:bigint currency:text
        """,
        ("unique id",),
    ),
    "register_calendar": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text party:text year_starts:text
        """,
        ("unique id",),
    ),
    "register_authority": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text person:text title:text
        party:text may_sign:text granted_on:day shown_by:text key:text
        """,
        ("unique id",),
    ),
    "register_item": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text received:text view:text
        view_root:text seed:text parser:text lines:bigint scale:bigint currency:text
        """,
        ("unique id",),
    ),
    "register_classification": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text received:text view:text
        view_root:text seed:text parser:text lines:bigint scale:bigint currency:text
        """,
        ("unique id",),
    ),
    "register_concordance": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text from_edition:text
        from_code:text to_edition:text to_code:text relation:text condition:text citation:text mark:text
        approved_by:text
        """,
        ("unique id",),
    ),
    "register_use": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text received:text view:text
        view_root:text seed:text parser:text lines:bigint scale:bigint currency:text
        """,
        ("unique id",),
    ),
    "register_bill_of_materials": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text received:text view:text
        view_root:text seed:text parser:text lines:bigint scale:bigint currency:text
        """,
        ("unique id",),
    ),
    "register_production": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text received:text view:text
        view_root:text seed:text parser:text lines:bigint scale:bigint currency:text
        """,
        ("unique id",),
    ),
    "register_volume": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text received:text view:text
        view_root:text seed:text parser:text lines:bigint scale:bigint currency:text
        """,
        ("unique id",),
    ),
    "register_purchase": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text received:text view:text
        view_root:text seed:text parser:text lines:bigint scale:bigint currency:text
        """,
        ("unique id",),
    ),
    "register_exchange_rate": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text received:text view:text
        view_root:text seed:text parser:text lines:bigint scale:bigint currency:text
        """,
        ("unique id",),
    ),
    "register_cost": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text received:text view:text
        view_root:text seed:text parser:text lines:bigint scale:bigint currency:text
        """,
        ("unique id",),
    ),
    "register_election": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text election:text choice:text
        owner:text part:text plant:text made_on:day filed_with:text receipt:text irrevocable:flag signer:text
        """,
        ("part", "unique id"),
    ),
    "register_supplier_declaration": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text supplier:text reference:text
        supplier_part:text supplier_revision:text owner:text part:text revision:text description:text
        hs_edition:text hs_code:text plant:text country:text form:string rule:text criterion:text method:text
        calculated_from:day calculated_to:day net_cost:figure non_originating_value:figure
        amount_free_of_vnm:figure currency:text sealed_figures:text reliance:string signatory:text
        signatory_title:text authority_reference:text signed_on:day received_on:day received_basis:text
        undertakes_notice:flag consents_to_authority:flag language:text replaces:text
        """,
        ("part", "supplier", "unique id"),
    ),
    "register_declaration_state": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text declaration:text state:string
        effective_from:day reason:text by:text notice:text replaced_by:text
        """,
        ("declaration", "unique id"),
    ),
    "register_request": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text number:text supplier:text
        parts:text sent_on:day due_on:day channel:text reminder_of:text
        """,
        ("number", "supplier", "unique id"),
    ),
    "register_silence": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text request:text supplier:text
        parts:text until:day reminders:bigint
        """,
        ("supplier", "unique id"),
    ),
    "register_certification_of_origin": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text number:text
        certifier_role:string certifier:text certifier_title:text signer:text exporter:text producer:text
        producer_note:text importer:text importer_note:text goods:text invoice_number:text signed_on:day
        statement_language:text statement_text:text carrier_document:text carrier_country:text
        certification_basis:string representation:text received_on:day received_basis:text recipients:text
        """,
        ("number", "unique id"),
    ),
    "register_vehicle_certification": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text certification_kind:string
        authority:text producer:text category:text owner:text parts:text plants:text calculated_from:day
        calculated_to:day figures:text submitted_on:day identifier:text status:string certificate:text
        """,
        ("unique id",),
    ),
    "register_shipment": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text number:text exporter:text
        consignee:text shipped_from:text export_country:text import_country:text exported_on:day legs:text
        transport_document:text invoice_lines:text
        """,
        ("number", "unique id"),
    ),
    "register_customs_entry": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text number:text country:text
        entry_type:text filer:text importer:text importer_number:text port:text imported_on:day entered_on:day
        summary_on:day lines:text
        """,
        ("number", "unique id"),
    ),
    "register_claim": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text customs_entry:text line:bigint
        action:string decided_on:day certification:text snapshot:text reason:text gate:text by:text
        """,
        ("customs_entry", "unique id"),
    ),
    "register_snapshot": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text owner:text part:text plant:text
        period_from:day period_to:day event:text outcome:text worksheet:text worksheet_root:text
        worksheet_lines:bigint seed:text rule_set:text program:text as_of:bigint
        """,
        ("part", "unique id"),
    ),
    "register_key": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text key:text purpose:string
        state:string public_key:text certificate:text holder:text since:day
        """,
        ("unique id",),
    ),
    "register_document_received": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text document:text size:bigint
        name:text media_type:text document_class:string tier:string personal:flag channel:text holder:text
        location:text received_on:day received_basis:text role:text relates_to:text refused:text
        """,
        ("unique id",),
    ),
    "register_pack_built": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text number:text shipment:text
        customs_entry:text as_of:bigint manifest:text facts:text report_unsigned:text report_signed:text
        archive:text stored:text supersedes_pack:text
        """,
        ("customs_entry", "number", "unique id"),
    ),
    "register_pack_released": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text pack:text by:text
        released_on:day decision:text
        """,
        ("unique id",),
    ),
    "register_hold": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text scope:text reason:text
        lifted:flag
        """,
        ("unique id",),
    ),
    "register_disposal": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text targets:text rules:text
        approved_by:text
        """,
        ("unique id",),
    ),
    "register_party_line": (
        """
        seq:bigint line_number:int | party:text name:text roles:text address:text country:text email:text
        telephone:text identifiers:text owner:text owner_country:text
        """,
        (),
    ),
    "register_site_line": (
        """
        seq:bigint line_number:int | site:text party:text site_kind:string name:text address:text country:text
        zone_number:text
        """,
        (),
    ),
    "register_item_line": (
        """
        seq:bigint line_number:int | owner:text part:text revision:text description:text unit:text nature:string
        core_group:text core_component:text
        """,
        ("part",),
    ),
    "register_classification_line": (
        """
        seq:bigint line_number:int | owner:text part:text country:text hs_edition:text code:text table_role:text
        classified_by:string ruling:text ruling_status:text applies_from:day applies_to:day
        """,
        ("part",),
    ),
    "register_use_line": (
        """
        seq:bigint line_number:int | owner:text part:text use:string vehicle_class:string programme:text
        shown_by:text applies_from:day applies_to:day
        """,
        ("part",),
    ),
    "register_bill_of_materials_line": (
        """
        seq:bigint line_number:int | owner:text parent:text parent_revision:text plant:text effective_from:day
        effective_to:day child:text child_revision:text quantity:figure unit:text make_or_buy:string
        made_at:text standard_value:figure currency:text
        """,
        ("parent",),
    ),
    "register_production_line": (
        """
        seq:bigint line_number:int | owner:text part:text revision:text plant:text unit_id:text quantity:figure
        built_on:day market:text lots_consumed:text
        """,
        ("part",),
    ),
    "register_volume_line": (
        """
        seq:bigint line_number:int | owner:text part:text plant:text month:text made:figure
        """,
        ("part",),
    ),
    "register_purchase_line": (
        """
        seq:bigint line_number:int | plant:text order:text invoice:text invoice_line:bigint invoiced_on:day
        received_on:day seller:text shipped_from:text owner:text part:text revision:text origin_country:text
        quantity:figure unit:text price:figure price_per:figure currency:text incoterm:text related:flag
        payment_reference:text paid_on:day
        """,
        ("part", "seller"),
    ),
    "register_exchange_rate_line": (
        """
        seq:bigint line_number:int | currency:text into:text day:day rate:figure published_by:text purpose:text
        """,
        (),
    ),
    "register_cost_line": (
        """
        seq:bigint line_number:int | owner:text part:text plant:text period_from:day period_to:day account:text
        description:text element:string exclusion:string amount:figure currency:text figures:string
        """,
        ("part",),
    ),
}


def _column(text: str, *, key: bool) -> sa.Column[Any]:
    name, kind = text.rstrip("!").split(":")
    return sa.Column(name, _TYPES[kind], primary_key=key, nullable=not (key or text.endswith("!")), autoincrement=False)


def upgrade() -> None:
    """Create the register, empty."""
    for table, (columns, indexes) in _TABLES.items():
        keys, rest = (part.split() for part in columns.split("|"))
        constraint = sa.PrimaryKeyConstraint(*(key.split(":")[0] for key in keys), name=f"pk_{table}")
        built = [_column(text, key=True) for text in keys] + [_column(text, key=False) for text in rest]
        unique = [sa.UniqueConstraint("statement_id", name=f"uq_{table}_statement_id")]
        op.create_table(table, *built, constraint, *(unique if table == "register_statement" else ()))
        for index in indexes:
            column = index.removeprefix("unique ")
            op.create_index(f"ix_{table}_{column}", table, [column], unique=index.startswith("unique "))


def downgrade() -> None:
    """Drop the register; the ledger keeps everything it was derived from."""
    for table in reversed(_TABLES):
        op.drop_table(table)
