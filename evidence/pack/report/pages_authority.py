"""Part 3 besides the certification itself: who was allowed to sign it, and how long it was held before the claim.

An importer claims on a certification that it holds when it claims (19 CFR 182.12(a)(3)). The order of the ledger shows
that, and from the first checkpoint that somebody else holds it could not have been made up later.
"""

from collections.abc import Iterator

from evidence.core.statements.authority import Authority
from evidence.core.statements.certification import CertificationOfOrigin
from evidence.core.statements.claim import Claim
from evidence.pack.contents import contents as c
from evidence.pack.contents.crosswalk import party
from evidence.pack.contents.links import Exhibits
from evidence.pack.gathered.facts import Facts
from evidence.pack.words.language import _, _n, joined, quoted
from evidence.pack.words.recorded import recorded
from evidence.pack.words.shown import basis, moment
from evidence.register.queries import Known


def authority_page(facts: Facts, exhibits: Exhibits) -> c.AuthorityPage:
    """Everybody who signed a certification of the pack, and each certification beside the first claim."""
    rows = tuple(_authority(facts, known, exhibits) for known in facts.particulars.authorities)
    told = {known.value.person for known in facts.particulars.authorities}
    signers = dict.fromkeys(known.value.signer for known in facts.certifications)
    return c.AuthorityPage(
        authorities=rows,
        without=tuple(signer for signer in signers if signer not in told),
        held=tuple(_held(facts)),
    )


def _authority(facts: Facts, known: Known[Authority], exhibits: Exhibits) -> c.AuthorityRow:
    it = known.value
    return c.AuthorityRow(
        person=it.person,
        title=quoted(it.title),
        party=party(facts, it.party),
        may_sign=joined("; ", map(recorded, it.may_sign)),
        granted_on=it.granted_on,
        valid=_valid(known),
        shown_by=recorded(it.shown_by),
        position=known.ref,
        exhibits=exhibits.behind(known.seq),
    )


def _valid(known: Known[Authority]) -> str:
    first, last = known.value.valid_from, known.value.valid_to
    if first is None:
        return _("no period recorded")
    return _("from {first} to {last}", first=first, last=last) if last else _("from {first} on", first=first)


def _held(facts: Facts) -> Iterator[c.HeldRow]:
    for place, known in enumerate(facts.certifications, 1):
        it = known.value
        yield c.HeldRow(
            certification=c.Link(it.number, f"certification-{place}"),
            signed_on=it.signed_on,
            received=_("{day} ({basis})", day=it.received_on, basis=basis(it.received_basis)),
            recorded=_("{moment} ({position})", moment=moment(known.recorded_at), position=known.ref),
            first_claim=_first_claim(facts, known),
            held=_time_held(facts, known),
            outside=_outside(facts, known),
        )


def _claim_on(facts: Facts, known: Known[CertificationOfOrigin]) -> Known[Claim] | None:
    """The first claim made that names the certification; of one that none names, the first claim of the pack."""
    names = (known.statement_id, known.value.number)
    named = [claim for line in facts.lines for claim in line.claims if claim.value.certification in names]
    return min(named, key=lambda claim: claim.seq, default=None) or facts.first_claim()


def _first_claim(facts: Facts, known: Known[CertificationOfOrigin]) -> str:
    claim = _claim_on(facts, known)
    if claim is None:
        return _("no claim is on record")
    return _("{moment} ({position})", moment=moment(claim.recorded_at), position=claim.ref)


def _time_held(facts: Facts, known: Known[CertificationOfOrigin]) -> str:
    claim = _claim_on(facts, known)
    if claim is None:
        return _("nothing to compare with")
    if claim.seq < known.seq:
        return _("recorded after the claim")
    days = (claim.recorded_at - known.recorded_at).days
    if days == 0:
        return _("recorded before the claim, on the same day")
    return _n(
        "recorded {count} day before the claim",
        "recorded {count} days before the claim",
        days,
    )


def _outside(facts: Facts, known: Known[CertificationOfOrigin]) -> str:
    over = [anchor for anchor in facts.particulars.anchors if anchor.value.size > known.seq]
    if not over:
        return _("no checkpoint over it is on record as held by somebody else")
    it = over[0].value
    return _("since {day} by {holder} ({position})", day=it.anchored_on, holder=it.held_by, position=over[0].ref)
