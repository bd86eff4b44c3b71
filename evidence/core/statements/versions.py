"""Earlier versions of kinds: the form that each had, and the step from its fields to today's.

Written out and not derived from today's types: a form that has been recorded is fixed for ever, whatever becomes of the
type. An upcaster copies every value as it stands and adds what the version did not have, at its default; so a value is
held to its one spelling afterwards as if it were of today. To change a kind: raise its `version`, enter the form it had
here, and write its golden statement (docs/decisions/0025-versions-and-upcasters.md).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from evidence.core.disclosure import Tier
from evidence.errors import MalformedValue

Fields = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Earlier:
    """One version of one kind that is read and no longer written."""

    kind: str
    version: int
    tiers: Mapping[str, Tier]
    """Its fields, each with its tier."""
    added: Callable[[], Fields]
    """The fields that today's version has besides, at their defaults as JSON."""
    lines: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """The names in each record of a field that holds records, where today's records have more."""
    added_to_lines: Mapping[str, Callable[[], Fields]] = field(default_factory=dict)
    """What today's records in that field have besides."""
    closed: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """The values that a field could have, where today's closed list is longer."""

    def upcast(self, fields: Fields) -> dict[str, Any]:
        """The fields of today's version.

        Raises:
            MalformedValue: a value that this version did not know, or a record of another form than it had.
        """
        for name, values in self.closed.items():
            if not isinstance(fields[name], str) or fields[name] not in values:
                raise MalformedValue(f"{self.kind} {name}", fields[name], f"a value of version {self.version}")
        grown = {name: self._grown(name, fields[name]) for name in self.lines}
        return {**fields, **grown, **self.added()}

    def _grown(self, name: str, records: Any) -> list[dict[str, Any]]:
        had = self.lines[name]
        if not isinstance(records, list) or any(not isinstance(one, dict) or one.keys() != had for one in records):
            raise MalformedValue(f"{self.kind} {name}", "other fields", f"the records of version {self.version}")
        return [{**one, **self.added_to_lines[name]()} for one in records]


def _form(*names: str, secret: tuple[str, ...] = ()) -> dict[str, Tier]:
    """The fields of a kind of the first release: those that every kind shared, then its own."""
    common = {
        "id": Tier.OPEN,
        "issuer": Tier.RESTRICTED,
        "valid_from": Tier.RESTRICTED,
        "valid_to": Tier.RESTRICTED,
        "event_date": Tier.RESTRICTED,
        "basis": Tier.RESTRICTED,
        "evidence_class": Tier.OPEN,
        "source": Tier.RESTRICTED,
        "supersedes": Tier.OPEN,
        "supersedes_reason": Tier.RESTRICTED,
    }
    return common | dict.fromkeys(names, Tier.RESTRICTED) | dict.fromkeys(secret, Tier.SECRET)


_CALENDAR_1 = Earlier("calendar", 1, _form("party", "year_starts"), lambda: {"period_ends": []})

_DECLARATION_1 = Earlier(
    "supplier-declaration",
    1,
    _form(
        *("supplier", "reference", "supplier_part", "supplier_revision", "owner", "part", "revision", "description"),
        *("hs_edition", "hs_code", "plant", "country", "form", "rule", "criterion", "method"),
        *("calculated_from", "calculated_to", "sealed_figures", "reliance", "signatory", "signatory_title"),
        *("authority_reference", "signed_on", "received_on", "received_basis", "undertakes_notice"),
        *("consents_to_authority", "language", "replaces"),
        secret=("net_cost", "non_originating_value", "amount_free_of_vnm", "currency"),
    ),
    lambda: {
        "producer": None,
        "producer_statement": None,
        "shipment": None,
        "inputs": [],
        "averaged_over": None,
    },
    closed={
        "form": frozenset(
            {
                "originating",
                "accumulation s.9(2)(a)",
                "accumulation s.9(2)(b)",
                "tariff inputs s.9(7)(a)(ii)",
                "not originating",
            }
        )
    },
)

_DOCUMENT_1 = Earlier(
    "document-received",
    1,
    _form(
        *("document", "size", "name", "media_type", "document_class", "tier", "personal", "channel", "holder"),
        *("location", "received_on", "received_basis", "role", "relates_to", "refused"),
    ),
    lambda: {"contained_in": None, "claimed_type": None, "virus_scan": None},
)

_SHIPMENT_1 = Earlier(
    "shipment",
    1,
    _form(
        *("number", "exporter", "consignee", "shipped_from", "export_country", "import_country", "exported_on"),
        *("legs", "transport_document", "invoice_lines"),
    ),
    lambda: {"transit_countries": [], "transit_documents": [], "transit_control": [], "transit_operations": []},
)

_SHIPMENT_2 = Earlier(
    "shipment",
    2,
    _form(
        *("number", "exporter", "consignee", "shipped_from", "export_country", "import_country", "exported_on"),
        *("legs", "transport_document", "invoice_lines", "transit_countries", "transit_documents"),
    ),
    lambda: {"transit_control": [], "transit_operations": []},
)

_CUSTOMS_ENTRY_1 = Earlier(
    "customs-entry",
    1,
    _form(
        *("number", "country", "entry_type", "filer", "importer", "importer_number", "port", "imported_on"),
        *("entered_on", "summary_on", "lines"),
    ),
    lambda: {
        "zone": None,
        "zone_status": None,
        "zone_admitted_on": None,
        "drawback": False,
        "reconciliation_flag": None,
        "liquidated_on": None,
        "liquidation_status": None,
    },
    lines={
        "lines": frozenset(
            {
                *("line", "shipment", "invoice", "invoice_line", "tariff_item", "hs_edition", "preference_code"),
                *("value", "currency", "quantity", "labour_value_id", "steel_id", "aluminum_id"),
            }
        )
    },
    added_to_lines={"lines": lambda: {"related": False, "duties": []}},
)

_CLAIM_1 = Earlier(
    "claim",
    1,
    _form(
        *("customs_entry", "line", "action", "decided_on", "certification", "snapshot", "reason", "gate", "by"),
    ),
    lambda: {"duty": None, "duty_currency": None, "average": None},
    closed={"action": frozenset({"made", "not made", "corrected", "withdrawn"})},
)

_CLAIM_2 = Earlier(
    "claim",
    2,
    _form(
        *("customs_entry", "line", "action", "decided_on", "certification", "snapshot", "reason", "gate", "by"),
        *("duty", "duty_currency"),
    ),
    lambda: {"average": None},
)

_NOTICE_1 = Earlier(
    "notice",
    1,
    _form(
        *("number", "authority", "authority_reference", "country", "notice_kind", "addressee", "importer_number"),
        *("dated_on", "received_on", "received_basis", "channel", "reply_due_on", "reply_days", "language", "about"),
        *("document", "paragraphs"),
    ),
    dict,
    closed={
        "notice_kind": frozenset(
            {
                *("request for information (Form 28)", "action proposed (Form 29)", "action taken (Form 29)"),
                *("verification letter", "verification questionnaire", "verification visit", "notice of intent"),
                *("final determination", "request for wage records", "defective certification", "other"),
            }
        )
    },
)

_KEY_1 = Earlier(
    "key",
    1,
    _form("holder", "since") | dict.fromkeys(("key", "purpose", "state", "public_key", "certificate"), Tier.OPEN),
    lambda: {"replaces": None, "compromised_since": None, "reason": None},
    closed={"state": frozenset({"created", "rotated", "revoked", "compromised"})},
)

_ANCHOR_1 = Earlier(
    "anchor",
    1,
    _form("held_by", "anchored_on", "token") | dict.fromkeys(("size", "root", "anchor_kind"), Tier.OPEN),
    lambda: {"renews": None},
)

_PACK_BUILT_1 = Earlier(
    "pack-built",
    1,
    _form(
        *("number", "shipment", "customs_entry", "facts", "report_unsigned", "report_signed", "archive", "stored"),
        "supersedes_pack",
    )
    | dict.fromkeys(("as_of", "manifest"), Tier.OPEN),
    lambda: {"edition": "authority", "languages": ["en"], "unsigned": [], "seed": None},
)

_PACK_RELEASED_1 = Earlier(
    "pack-released",
    1,
    _form("pack", "by", "released_on", "decision"),
    lambda: {"decisions": [], "archives": []},
)

_HANDED_OVER_1 = Earlier(
    "handed-over",
    1,
    _form("pack", "edition", "archive", "to", "handed_on", "channel", "purpose", "receipt", "by"),
    lambda: {"receipt_document": None, "files": []},
)

EARLIER: Mapping[str, Earlier] = {
    f"urn:evidence:{form.kind}:{form.version}": form
    for form in (
        *(_CALENDAR_1, _DECLARATION_1, _DOCUMENT_1, _SHIPMENT_1, _CUSTOMS_ENTRY_1, _CLAIM_1, _CLAIM_2, _NOTICE_1),
        *(_SHIPMENT_2, _KEY_1, _ANCHOR_1, _PACK_BUILT_1, _PACK_RELEASED_1, _HANDED_OVER_1),
    )
}
"""Every earlier version, by the predicateType of its bodies."""
