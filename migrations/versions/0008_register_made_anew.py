"""The register's tables anew, for the kinds of statement that this version knows.

Written by ``tools/write_register_migration.py`` as plain text columns, so that this revision stands on its own:
``name:type`` each, the key before the bar, an exclamation mark for a column that is never empty. An index is a column,
``unique`` and a column, or ``key:`` and several. The register is derived from the ledger, so all of it is dropped and
made empty; `evidence database upgrade` derives it again, and until then it says that it was emptied. No table of the
ledger is touched. On PostgreSQL they lie in a schema of their own (0005), and whoever was granted the old ones is
granted the new ones.
"""

import importlib.util
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
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

_TABLES: dict[str, tuple[str, tuple[str, ...]]] = {
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
        ("from_id", "key: to_id role"),
    ),
    "register_load": (
        """
        seq:bigint | view:string64! lines:bigint! scale:int!
        """,
        ("view",),
    ),
    "register_party": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text received:text view:text
        view_root:text seed:text parser:text lines:bigint scale:bigint currency:text
        """,
        ("unique id", "supersedes"),
    ),
    "register_relationship": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text party:text other_party:text
        ground:string share_percent:figure price_influenced:flag price_support:text support_document:text
        shown_by:text
        """,
        ("unique id",),
    ),
    "register_same_as": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text party:text other:text ground:text
        by:text
        """,
        ("unique id",),
    ),
    "register_site": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text received:text view:text
        view_root:text seed:text parser:text lines:bigint scale:bigint currency:text
        """,
        ("unique id", "supersedes"),
    ),
    "register_calendar": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text party:text year_starts:text
        period_ends:text
        """,
        ("unique id",),
    ),
    "register_holiday": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text received:text view:text
        view_root:text seed:text parser:text lines:bigint scale:bigint currency:text
        """,
        ("unique id", "supersedes"),
    ),
    "register_authority": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text person:text title:text party:text
        may_sign:text granted_on:day shown_by:text key:text
        """,
        ("unique id",),
    ),
    "register_item": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text received:text view:text
        view_root:text seed:text parser:text lines:bigint scale:bigint currency:text
        """,
        ("unique id", "supersedes"),
    ),
    "register_item_link": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text received:text view:text
        view_root:text seed:text parser:text lines:bigint scale:bigint currency:text
        """,
        ("unique id", "supersedes"),
    ),
    "register_unit_conversion": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text received:text view:text
        view_root:text seed:text parser:text lines:bigint scale:bigint currency:text
        """,
        ("unique id", "supersedes"),
    ),
    "register_classification": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text received:text view:text
        view_root:text seed:text parser:text lines:bigint scale:bigint currency:text
        """,
        ("unique id", "supersedes"),
    ),
    "register_concordance": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text from_edition:text from_code:text
        to_edition:text to_code:text relation:text condition:text citation:text mark:text approved_by:text
        """,
        ("unique id",),
    ),
    "register_use": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text received:text view:text
        view_root:text seed:text parser:text lines:bigint scale:bigint currency:text
        """,
        ("unique id", "supersedes"),
    ),
    "register_vehicle_programme": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text received:text view:text
        view_root:text seed:text parser:text lines:bigint scale:bigint currency:text
        """,
        ("unique id", "supersedes"),
    ),
    "register_bill_of_materials": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text received:text view:text
        view_root:text seed:text parser:text lines:bigint scale:bigint currency:text
        """,
        ("unique id", "supersedes"),
    ),
    "register_production": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text received:text view:text
        view_root:text seed:text parser:text lines:bigint scale:bigint currency:text
        """,
        ("unique id", "supersedes"),
    ),
    "register_volume": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text received:text view:text
        view_root:text seed:text parser:text lines:bigint scale:bigint currency:text
        """,
        ("unique id", "supersedes"),
    ),
    "register_purchase": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text received:text view:text
        view_root:text seed:text parser:text lines:bigint scale:bigint currency:text
        """,
        ("unique id", "supersedes"),
    ),
    "register_purchase_adjustment": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text received:text view:text
        view_root:text seed:text parser:text lines:bigint scale:bigint currency:text
        """,
        ("unique id", "supersedes"),
    ),
    "register_material_import": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text received:text view:text
        view_root:text seed:text parser:text lines:bigint scale:bigint currency:text
        """,
        ("unique id", "supersedes"),
    ),
    "register_material_value": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text received:text view:text
        view_root:text seed:text parser:text lines:bigint scale:bigint currency:text
        """,
        ("unique id", "supersedes"),
    ),
    "register_sale": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text received:text view:text
        view_root:text seed:text parser:text lines:bigint scale:bigint currency:text
        """,
        ("unique id", "supersedes"),
    ),
    "register_exchange_rate": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text received:text view:text
        view_root:text seed:text parser:text lines:bigint scale:bigint currency:text
        """,
        ("unique id", "supersedes"),
    ),
    "register_assist": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text received:text view:text
        view_root:text seed:text parser:text lines:bigint scale:bigint currency:text
        """,
        ("unique id", "supersedes"),
    ),
    "register_inventory": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text received:text view:text
        view_root:text seed:text parser:text lines:bigint scale:bigint currency:text
        """,
        ("unique id", "supersedes"),
    ),
    "register_cost": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text received:text view:text
        view_root:text seed:text parser:text lines:bigint scale:bigint currency:text
        """,
        ("unique id", "supersedes"),
    ),
    "register_cost_pool": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text received:text view:text
        view_root:text seed:text parser:text lines:bigint scale:bigint currency:text
        """,
        ("unique id", "supersedes"),
    ),
    "register_allocation_base": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text received:text view:text
        view_root:text seed:text parser:text lines:bigint scale:bigint currency:text
        """,
        ("unique id", "supersedes"),
    ),
    "register_loan": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text number:text borrower:text
        lender:text lender_related:flag country:text currency:text principal:figure rate_kind:string
        rate_percent:figure rate_from:day drawn_on:day matures_on:day schedule:text average_maturity_years:figure
        government_yield_percent:figure government_issue:text yield_on:day yield_published_by:text
        """,
        ("unique id", "number"),
    ),
    "register_election": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text election:text choice:text
        owner:text part:text plant:text made_on:day filed_with:text receipt:text irrevocable:flag signer:text
        """,
        ("unique id", "part"),
    ),
    "register_rule_set": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text rule_set:text files:text
        change:text reason:text by:text
        """,
        ("unique id",),
    ),
    "register_supplier_declaration": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text supplier:text reference:text
        supplier_part:text supplier_revision:text owner:text part:text revision:text description:text
        hs_edition:text hs_code:text plant:text country:text form:string rule:text criterion:text method:text
        calculated_from:day calculated_to:day net_cost:figure non_originating_value:figure amount_free_of_vnm:figure
        currency:text sealed_figures:text reliance:string signatory:text signatory_title:text
        authority_reference:text signed_on:day received_on:day received_basis:text undertakes_notice:flag
        consents_to_authority:flag language:text replaces:text producer:text producer_statement:text shipment:text
        inputs:text averaged_over:text
        """,
        ("unique id", "key: supplier reference", "part"),
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
        ("unique id", "number", "supplier"),
    ),
    "register_silence": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text request:text supplier:text
        parts:text until:day reminders:bigint
        """,
        ("unique id", "request", "supplier"),
    ),
    "register_certification_of_origin": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text number:text certifier_role:string
        certifier:text certifier_title:text signer:text exporter:text producer:text producer_note:text importer:text
        importer_note:text goods:text invoice_number:text signed_on:day statement_language:text statement_text:text
        carrier_document:text carrier_country:text certification_basis:string representation:text received_on:day
        received_basis:text recipients:text
        """,
        ("unique id", "number"),
    ),
    "register_wage_certificate": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text number:text plant:text
        operator:text country:text scope:string period_from:day period_to:day meets_rate:flag rate:figure
        currency:text direct_hours:figure base_wages:figure average_wage:figure workers:bigint
        workers_over_85_percent:bigint agency_hours:figure agency_wages:figure exclusions:text pay_conversion:string
        payroll_custodian:text payroll_commitment:text certified_by:text certified_on:day received_on:day
        received_basis:text consents_to_authority:flag
        """,
        ("unique id", "number"),
    ),
    "register_labour_value_input": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text received:text view:text
        view_root:text seed:text parser:text lines:bigint scale:bigint currency:text
        """,
        ("unique id", "supersedes"),
    ),
    "register_metal_purchase": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text received:text view:text
        view_root:text seed:text parser:text lines:bigint scale:bigint currency:text
        """,
        ("unique id", "supersedes"),
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
        transport_document:text invoice_lines:text transit_countries:text transit_documents:text
        transit_control:text transit_operations:text
        """,
        ("unique id", "number"),
    ),
    "register_customs_entry": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text number:text country:text
        entry_type:text filer:text importer:text importer_number:text port:text imported_on:day entered_on:day
        summary_on:day lines:text zone:text zone_status:text zone_admitted_on:day drawback:flag
        reconciliation_flag:text liquidated_on:day liquidation_status:text
        """,
        ("unique id", "number"),
    ),
    "register_claim": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text customs_entry:text line:bigint
        action:string decided_on:day certification:text snapshot:text average:text reason:text gate:text by:text
        duty:figure duty_currency:text
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
        ("unique id", "part"),
    ),
    "register_average": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text owner:text part:text plant:text
        category:text counts:text aim:text period_from:day period_to:day members:text snapshots:text elections:text
        outcome:text due:day worksheet:text rule_set:text program:text as_of:bigint
        """,
        ("unique id", "part"),
    ),
    "register_reconciliation": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text number:text producer:text
        reconciled:string category:text owner:text parts:text plants:text year_from:day year_to:day election:text
        estimated_snapshot:text actual_snapshot:text result:string completed_on:day notify_by:day notices_due:text
        notices_sent:text by:text
        """,
        ("unique id", "number"),
    ),
    "register_notice": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text number:text authority:text
        authority_reference:text country:text notice_kind:string addressee:text importer_number:text dated_on:day
        received_on:day received_basis:text channel:text reply_due_on:day reply_days:bigint language:text about:text
        document:text paragraphs:text
        """,
        ("document", "unique id", "number"),
    ),
    "register_reply": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text number:text notice:text sent_on:day
        sent_by:text channel:text complete:flag pack:text document:text answers:text
        """,
        ("document", "unique id", "number"),
    ),
    "register_submission_receipt": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text of:text authority:text
        reference:text received_on:day stated_time:text submitted:text document:text
        """,
        ("document", "unique id"),
    ),
    "register_extension": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text notice:text step:string
        dated_on:day received_on:day until:day reason:text by:text document:text
        """,
        ("document", "unique id"),
    ),
    "register_knowledge_event": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text what:text about:text learned_on:day
        learned_basis:text channel:text from_whom:text document:text consequence:text by:text reason_to_believe:flag
        decision_reason:text reviewer:text clocks:text
        """,
        ("document", "unique id"),
    ),
    "register_ruling": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text number:text ruling_kind:string
        issued_by:text country:text issued_to:text issued_on:day question:text holding:text status:string
        status_on:day about:text privileged:flag document:text
        """,
        ("document", "unique id", "number"),
    ),
    "register_translation": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text document:text translation:text
        from_language:text to_language:text method:string translator:text translated_on:day certified:flag
        certificate:text note:text
        """,
        ("document", "unique id"),
    ),
    "register_duty_measure": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text received:text view:text
        view_root:text seed:text parser:text lines:bigint scale:bigint currency:text
        """,
        ("unique id", "supersedes"),
    ),
    "register_other_regime": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text received:text view:text
        view_root:text seed:text parser:text lines:bigint scale:bigint currency:text
        """,
        ("unique id", "supersedes"),
    ),
    "register_source_qualification": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text number:text owner:text part:text
        specification:text candidate:text site:text country:text stage:string stage_on:day expected_on:day
        finding:text by:text evidence:text
        """,
        ("unique id", "number", "part"),
    ),
    "register_staging_authorisation": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text number:text producer:text
        authority:text authorised_on:day models:text terms:text regional_value_percent:figure
        parts_value_percent:figure labour_value_percent:figure steel_exempt:flag aluminum_exempt:flag
        cap_units:figure base_volume:figure base_from:day base_to:day document:text
        """,
        ("document", "unique id", "number"),
    ),
    "register_key": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text key:text purpose:string
        state:string public_key:text certificate:text holder:text since:day replaces:text compromised_since:text
        reason:text
        """,
        ("unique id",),
    ),
    "register_document_received": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text document:text size:bigint name:text
        media_type:text document_class:string tier:string personal:flag channel:text holder:text location:text
        received_on:day received_basis:text role:text relates_to:text refused:text contained_in:text
        claimed_type:text virus_scan:text
        """,
        ("document", "unique id"),
    ),
    "register_pack_built": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text number:text shipment:text
        customs_entry:text as_of:bigint manifest:text facts:text report_unsigned:text report_signed:text
        archive:text stored:text supersedes_pack:text edition:text languages:text unsigned:text seed:text
        """,
        ("customs_entry", "unique id", "number"),
    ),
    "register_pack_released": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text pack:text by:text released_on:day
        decision:text decisions:text archives:text
        """,
        ("unique id",),
    ),
    "register_hold": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text scope:text reason:text lifted:flag
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
    "register_review": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text of:text outcome:string
        reviewed_on:day by:text looked_at:text notes:text
        """,
        ("unique id",),
    ),
    "register_delivery": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text of:text to:text address:text
        channel:text state:string state_on:day proof:text document:text
        """,
        ("document", "unique id"),
    ),
    "register_handed_over": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text pack:text edition:text archive:text
        to:text handed_on:day channel:text purpose:text receipt:text by:text receipt_document:text files:text
        """,
        ("unique id",),
    ),
    "register_access": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text item:text fields:text tier:string
        action:string accessed_on:day by:text purpose:text granted_by:text
        """,
        ("unique id",),
    ),
    "register_anchor": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text size:bigint root:text
        anchor_kind:string held_by:text anchored_on:day token:text renews:text
        """,
        ("unique id",),
    ),
    "register_succession": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text origin:text key:text
        predecessor:text checkpoint:text size:bigint root:text lost_from:bigint lost_to:bigint reason:text by:text
        """,
        ("unique id",),
    ),
    "register_column_mapping": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text name:text of_source:text
        template:text mapping:text by:text
        """,
        ("unique id",),
    ),
    "register_reading": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text document:text transcript:text
        reader:text read_on:day statements:text note:text
        """,
        ("document", "unique id"),
    ),
    "register_signature_check": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text document:text field:text
        intact:flag trusted:flag coverage:text modification_level:text signer:text signer_certificate:text
        claimed_signing_time:text digest_algorithm:text trust_list:text validated_by:text says:text
        """,
        ("document", "unique id"),
    ),
    "register_derived_document": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text document:text derived:text
        purpose:string tool:text tool_version:text languages:text pages:bigint note:text
        """,
        ("document", "unique id"),
    ),
    "register_partial_import": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text document:text template:text
        rows_taken:bigint rows_left:text reason:text by:text decided_on:day
        """,
        ("document", "unique id"),
    ),
    "register_work_item": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text topic:string about:text
        question:text owner:text due_on:day document:text place:text
        """,
        ("document", "unique id"),
    ),
    "register_work_item_closed": (
        """
        seq:bigint | id:text issuer:text valid_from:day valid_to:day event_date:day basis:string
        evidence_class:string source:text supersedes:text supersedes_reason:text work_item:text outcome:text
        closed_on:day by:text resolved_by:text
        """,
        ("unique id", "work_item"),
    ),
    "register_party_line": (
        """
        view:string64 line_number:int | party:text name:text roles:text address:text country:text email:text
        telephone:text identifiers:text owner:text owner_country:text
        """,
        (),
    ),
    "register_site_line": (
        """
        view:string64 line_number:int | site:text party:text site_kind:string name:text address:text country:text
        zone_number:text warehouse_distance_km:bigint zone_kind:string
        """,
        (),
    ),
    "register_holiday_line": (
        """
        view:string64 line_number:int | jurisdiction:text region:text day:day name:text published_by:text
        """,
        (),
    ),
    "register_item_line": (
        """
        view:string64 line_number:int | owner:text part:text revision:text description:text unit:text nature:string
        core_group:text core_component:text formulation:text
        """,
        ("part",),
    ),
    "register_item_link_line": (
        """
        view:string64 line_number:int | owner:text part:text revision:text relation:string other_owner:text
        other_part:text other_revision:text factor:bigint unit:text other_unit:text applies_from:day applies_to:day
        shown_by:text
        """,
        ("part",),
    ),
    "register_unit_conversion_line": (
        """
        view:string64 line_number:int | owner:text part:text from_unit:text to_unit:text factor:bigint
        applies_from:day applies_to:day shown_by:text
        """,
        ("part",),
    ),
    "register_classification_line": (
        """
        view:string64 line_number:int | owner:text part:text country:text hs_edition:text code:text table_role:text
        classified_by:string ruling:text ruling_status:text applies_from:day applies_to:day
        """,
        ("part",),
    ),
    "register_use_line": (
        """
        view:string64 line_number:int | owner:text part:text use:string vehicle_class:string programme:text
        shown_by:text applies_from:day applies_to:day quantity:bigint unit:text channel:text
        """,
        ("part",),
    ),
    "register_vehicle_programme_line": (
        """
        view:string64 line_number:int | programme:text producer:text plant:text model_line:text platform:text
        marque:text programme_class:string road_use:string powertrain:string persons:bigint prototype_on:day
        refit_on:day closed_from:day closed_to:day size_category:text underbody:text model_years:text
        applies_from:day applies_to:day shown_by:text
        """,
        (),
    ),
    "register_bill_of_materials_line": (
        """
        view:string64 line_number:int | owner:text parent:text parent_revision:text plant:text effective_from:day
        effective_to:day child:text child_revision:text quantity:bigint unit:text make_or_buy:string made_at:text
        standard_value:bigint currency:text scrap:bigint alternate_group:text split:bigint serial_from:text
        serial_to:text
        """,
        ("parent",),
    ),
    "register_production_line": (
        """
        view:string64 line_number:int | owner:text part:text revision:text plant:text unit_id:text quantity:bigint
        built_on:day market:text lots_consumed:text core_parts:text rework:text
        """,
        ("key: part plant unit_id built_on",),
    ),
    "register_volume_line": (
        """
        view:string64 line_number:int | owner:text part:text plant:text month:text made:bigint exported:text
        vehicle_class:string model_line:text
        """,
        ("key: part plant month",),
    ),
    "register_purchase_line": (
        """
        view:string64 line_number:int | plant:text order:text invoice:text invoice_line:bigint invoiced_on:day
        received_on:day seller:text shipped_from:text owner:text part:text revision:text origin_country:text
        quantity:bigint unit:text price:bigint price_per:bigint currency:text incoterm:text related:flag
        payment_reference:text paid_on:day receipt:text freight:bigint assist_reference:text price_unit:text
        influenced:flag not_influenced_shown_by:text
        """,
        ("key: seller invoice invoice_line", "part"),
    ),
    "register_purchase_adjustment_line": (
        """
        view:string64 line_number:int | seller:text invoice:text invoice_line:bigint adjustment:text
        adjustment_kind:string dated_on:day booked_on:day amount:bigint currency:text quantity_change:bigint
        reason:text
        """,
        ("seller",),
    ),
    "register_material_import_line": (
        """
        view:string64 line_number:int | customs_entry:text customs_line:bigint country:text importer:text
        imported_on:day plant:text seller:text invoice:text invoice_line:bigint owner:text part:text revision:text
        origin_country:text tariff_item:text hs_edition:text quantity:bigint unit:text value:bigint currency:text
        international_freight:bigint freight_in_value:flag freight_document:text inland_transport:bigint
        inland_transport_document:text regional_duties:bigint regional_duties_document:text
        regional_brokerage:bigint regional_brokerage_document:text waste_and_spoilage:bigint
        waste_and_spoilage_document:text
        """,
        ("customs_entry", "part", "seller"),
    ),
    "register_material_value_line": (
        """
        view:string64 line_number:int | owner:text part:text revision:text plant:text period_from:day period_to:day
        method:string value:bigint unit:text currency:text units_sold:bigint sales:bigint deductions:bigint
        computed_first:flag shown_by:text
        """,
        ("part",),
    ),
    "register_sale_line": (
        """
        view:string64 line_number:int | plant:text invoice:text invoice_line:bigint sold_on:day buyer:text
        buyer_country:text owner:text part:text revision:text quantity:bigint unit:text price:bigint
        price_per:bigint currency:text incoterm:text direct_shipment_from:text discounts:bigint restricted:flag
        conditional:flag proceeds_unadjusted:flag related:flag influenced:flag not_influenced_shown_by:text
        commissions:bigint commissions_in_price:flag commissions_document:text packaging:bigint
        packaging_in_price:flag packaging_document:text assists:bigint assists_in_price:flag assists_document:text
        royalties:bigint royalties_in_price:flag royalties_document:text proceeds:bigint proceeds_in_price:flag
        proceeds_document:text inland_transport:bigint inland_transport_in_price:flag inland_transport_document:text
        international_freight:bigint freight_in_price:flag packing:bigint packing_in_price:flag
        """,
        ("part",),
    ),
    "register_exchange_rate_line": (
        """
        view:string64 line_number:int | currency:text into:text day:day rate:bigint published_by:text purpose:text
        route:string
        """,
        (),
    ),
    "register_assist_line": (
        """
        view:string64 line_number:int | reference:text owner:text part:text revision:text giver:text receiver:text
        assist_kind:string value:bigint currency:text given_on:day spread_over:string spread_quantity:bigint
        period_from:day period_to:day shown_by:text
        """,
        ("part",),
    ),
    "register_inventory_line": (
        """
        view:string64 line_number:int | pool:text plant:text method:string year_from:day year_to:day position:bigint
        movement:string moved_on:day owner:text part:text revision:text quantity:bigint unit:text origin:string
        unit_value:bigint currency:text lot:text document:text
        """,
        ("document", "part"),
    ),
    "register_cost_line": (
        """
        view:string64 line_number:int | owner:text part:text plant:text period_from:day period_to:day account:text
        description:text element:string exclusion:string amount:bigint currency:text figures:string
        allocation_base:text allocation_ratio:bigint trial_balance_account:text nature:string
        production_related:flag paid_for:string performed_in_region:flag assist_reference:text
        """,
        ("key: part plant period_from account",),
    ),
    "register_cost_pool_line": (
        """
        view:string64 line_number:int | owner:text plant:text period_from:day period_to:day account:text
        description:text element:string exclusion:string amount:bigint currency:text figures:string nature:string
        production_related:flag paid_for:string performed_in_region:flag method:string allocation_base:text
        base_total:bigint excluded_base:text excluded_base_total:bigint ground:string management_base:text
        to_qualify:flag trial_balance_account:text books_total:bigint
        """,
        (),
    ),
    "register_allocation_base_line": (
        """
        view:string64 line_number:int | owner:text part:text plant:text period_from:day period_to:day base:text
        amount:bigint unit:text figures:string shown_by:text
        """,
        ("part",),
    ),
    "register_labour_value_input_line": (
        """
        view:string64 line_number:int | labour_input:string entity:text plant:text period_from:day period_to:day
        amount:bigint currency:text owner:text part:text revision:text nested_in_owner:text nested_in_part:text
        in_annual_purchases:flag wage_certificate:text programme:text vehicle:text assembles:string capacity:bigint
        originating_capacity:bigint contract:text contract_from:day contract_to:day figures:string shown_by:text
        """,
        ("part",),
    ),
    "register_metal_purchase_line": (
        """
        view:string64 line_number:int | producer:text buyer:text seller:text invoice:text invoice_line:bigint
        purchased_on:day plant:text metal:string metal_form:string tariff_code:text hs_edition:text owner:text
        part:text revision:text quantity:bigint unit:text value:bigint currency:text value_basis:string
        value_within_part:bigint mill:text mill_country:text heat:text melt_country:text pour_country:text
        mill_certificate:text origin_statement:text programme:text directed_buy_contract:text purpose:string
        figures:string
        """,
        ("part", "seller"),
    ),
    "register_duty_measure_line": (
        """
        view:string64 line_number:int | country:text tariff_code:text hs_edition:text measure:text
        measure_kind:string origin_country:text percent:bigint specific:bigint specific_currency:text
        specific_unit:text least:bigint most:bigint lifted_by_claim:flag condition:text applies_from:day
        applies_to:day citation:text checked_on:day
        """,
        (),
    ),
    "register_other_regime_line": (
        """
        view:string64 line_number:int | regime:string owner:text part:text plant:text period_from:day period_to:day
        measure:text figure:bigint unit:text currency:text figures:string approval:text approved_on:day
        shown_by:text
        """,
        ("part",),
    ),
    "register_staging": (
        """
        view:string64 kind:string64 | lines:bigint scale:int
        """,
        (),
    ),
    "register_emptied": (
        """
        revision:string64 |
        """,
        (),
    ),
}


def _column(text: str, *, key: bool) -> sa.Column[Any]:
    name, kind = text.rstrip("!").split(":")
    return sa.Column(name, _TYPES[kind], primary_key=key, nullable=not (key or text.endswith("!")), autoincrement=False)


def _schema() -> str | None:
    """Where the register lies; None for the one schema that SQLite has."""
    if op.get_bind().dialect.name != "postgresql":
        return None
    ledger = str(op.get_bind().execute(sa.text("SELECT current_schema()")).scalar_one())
    return "register" if ledger == "public" else f"{ledger}_register"


def _drop_all(schema: str | None) -> None:
    for table in sa.inspect(op.get_bind()).get_table_names(schema):
        if table.startswith("register_"):
            op.drop_table(table, schema=schema)


def _granted(schema: str | None) -> list[str]:
    """The roles that may read the register, but for its owner."""
    if schema is None:
        return []
    query = sa.text(
        "SELECT DISTINCT grantee FROM information_schema.role_table_grants WHERE table_schema = :schema "
        "AND table_name = 'register_statement' AND privilege_type = 'SELECT' AND grantee <> current_user"
    )
    return list(op.get_bind().execute(query, {"schema": schema}).scalars())


def _grant(schema: str | None, roles: list[str]) -> None:
    quoted = op.get_bind().dialect.identifier_preparer.quote_identifier
    for role in roles:
        tables = f"ALL TABLES IN SCHEMA {quoted(str(schema))}"
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {tables} TO {quoted(role)}")


def upgrade() -> None:
    """Drop the register, create it empty, and leave word of it where the ledger holds anything."""
    schema = _schema()
    roles = _granted(schema)
    _drop_all(schema)
    for table, (columns, indexes) in _TABLES.items():
        keys, rest = (part.split() for part in columns.split("|"))
        constraint = sa.PrimaryKeyConstraint(*(key.split(":")[0] for key in keys), name=f"pk_{table}")
        built = [_column(text, key=True) for text in keys] + [_column(text, key=False) for text in rest]
        unique = [sa.UniqueConstraint("statement_id", name=f"uq_{table}_statement_id")]
        op.create_table(table, *built, constraint, *(unique if table == "register_statement" else ()), schema=schema)
        for index in indexes:
            what, _, named = index.partition(": ") if ": " in index else ("", "", index.removeprefix("unique "))
            name, only = f"ix_{table}_{what or named}", index.startswith("unique ")
            op.create_index(name, table, named.split(), unique=only, schema=schema)
    _emptied()
    _grant(schema, roles)


def downgrade() -> None:
    """Drop the register and make that of the revision before, empty: its own program derives it again."""
    schema = _schema()
    roles = _granted(schema)
    _drop_all(schema)
    place = Path(__file__).with_name("0003_register_of_every_kind.py")
    spec = importlib.util.spec_from_file_location("revision_0003", place)
    if spec is None or spec.loader is None:
        raise RuntimeError(f"{place} cannot be read")
    before = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(before)
    before.upgrade()
    if schema is not None:
        quoted = op.get_bind().dialect.identifier_preparer.quote_identifier
        for table in before._TABLES:  # noqa: SLF001
            op.execute(f"ALTER TABLE {quoted(table)} SET SCHEMA {quoted(schema)}")
        _grant(schema, roles)


def _emptied() -> None:
    recorded = "EXISTS (SELECT 1 FROM ledger_entry)"
    op.execute(f"INSERT INTO register_emptied (revision) SELECT '{revision}' WHERE {recorded}")
