"""The parts of a report between page one and the exhibits, made by hand: whole, and with nothing on record."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from evidence.pack.contents import contents as c

E17 = c.Link("E017", "exhibit-E017")
M1 = c.Link("M0001", "material-1-1")


def whole() -> dict[str, Any]:
    """Every part with a row in it."""
    return {
        "answers": (answers(),),
        "authority": authority(),
        "rules": (rule(),),
        "ties": (tie(),),
        "samples": (sample(),),
        "support": support(),
        "production": production(),
        "transport": transport(),
        "history": history(),
    }


def nothing() -> dict[str, Any]:
    """No letter, no analysis, nothing recorded."""
    return {
        "answers": (),
        "authority": c.AuthorityPage(authorities=(), without=(), held=()),
        "rules": (),
        "ties": (),
        "samples": (),
        "support": c.SupportPage(graded=(), against=(), declarations=0, unused=(), unanswered=()),
        "production": c.ProductionPage(rows=(), volumes=(), pools=(), exhibits=()),
        "transport": c.TransportPage(movements=(), rows=(), papers=(), value=()),
        "history": c.HistoryPage(rows=(), reconciliations=(), due=()),
    }


def bare() -> dict[str, Any]:
    """The pages there, what stands on them missing."""
    empty_sample = c.SamplePage(
        anchor="sample-1", title="Samples of material schedule 1", population="0 lines were bought.", frame=(),
        draws=(c.Draw(name="5 at random", drawn=()),), rows=(),
    )  # fmt: skip
    unanswered = c.AnsweredRow(anchor="request-1", paragraph="C", asks="Assists", answers=())
    return {
        **nothing(),
        "answers": (
            c.AnswersPage(
                anchor="request",
                title="Request for information",
                about="read from a file",
                shown_at=(),
                rows=(unanswered,),
                recorded=False,
            ),
            c.AnswersPage(
                anchor="notice-1", title="N-1: visit", about="dated", shown_at=(E17,), rows=(), recorded=True
            ),
        ),
        "authority": c.AuthorityPage(authorities=(), without=("Authorised signer, Voltera",), held=()),
        "rules": (
            c.RulePage(
                anchor="rule-1",
                title="Rule of worksheet 1: ARROYO-E1",
                worksheet=c.Link("Worksheet 1", "worksheet-1"),
                facts=(),
                conditions=(),
                process=(),
                elections=(),
            ),
        ),
        "ties": (c.TiePage(anchor="tie-1", title="Books beneath worksheet 1", rows=(), sums=(), untied="",
                           exhibits=()),),
        "samples": (empty_sample,),
    }  # fmt: skip


def answers() -> c.AnswersPage:
    line = c.AnswerLine(said="Certification of origin COO-SPECIMEN-2023, signed on 2023-04-01.", shown_at=(E17,))
    return c.AnswersPage(
        anchor="request",
        title="Request for information (CBP Form 28)",
        about="Customs (SPECIMEN), RFI-1",
        shown_at=(),
        rows=(
            c.AnsweredRow(anchor="request-1", paragraph="2(a)", asks="The certification", answers=(line, line)),
            c.AnsweredRow(anchor="request-2", paragraph="2(b)", asks="Assists given by the buyer", answers=()),
        ),
        recorded=False,
    )


def authority() -> c.AuthorityPage:
    return c.AuthorityPage(
        authorities=(
            c.AuthorityRow(
                person="Authorised signer, Voltera",
                title="Head of trade compliance",
                party="Voltera Motors (SPECIMEN)",
                may_sign="certification of origin",
                granted_on=date(2022, 3, 1),
                valid="from 2022-03-01 on",
                shown_by="Board resolution (SPECIMEN)",
                position="#15",
                exhibits=(E17,),
            ),
        ),
        without=("Somebody else",),
        held=(
            c.HeldRow(
                certification=c.Link("COO-SPECIMEN-2023", "certification-1"),
                signed_on=date(2023, 4, 1),
                received="2023-04-03 (portal log)",
                recorded="2023-04-03 09:00 UTC (#60)",
                first_claim="2023-05-19 09:00 UTC (#388)",
                held="recorded 46 days before the claim",
                outside="since 2023-04-04 by a witness (#62)",
            ),
        ),
    )


def rule() -> c.RulePage:
    return c.RulePage(
        anchor="rule-1",
        title="Rule of worksheet 1: ARROYO-E1",
        worksheet=c.Link("Worksheet 1", "worksheet-1"),
        facts=(("Method", "net cost"), ("In words", "Regional value content 73.41 percent.")),
        conditions=(("regional value content", "met", "73.41 % (at least 72 %)", "Appendix A s.13 (mark P)"),),
        process=(c.Link("E018, Flow chart", "exhibit-E018"),),
        elections=(
            c.ElectionRow(
                election="total-cost period",
                choice="three months",
                scope="ARROYO-E1 at MX-SAL",
                made_on=date(2022, 3, 15),
                filed="not filed with an authority",
                position="#30",
                exhibits=(E17,),
            ),
        ),
    )


def tie() -> c.TiePage:
    return c.TiePage(
        anchor="tie-1",
        title="Books beneath worksheet 1",
        rows=(
            c.AccountRow(
                account="7110",
                description="ARROYO-E1: Licence fees",
                element="other",
                heading="royalties",
                amount=Decimal("60000"),
                currency="USD",
                figures="actual",
                trial_balance="TB-71",
                position="#152:7",
                exhibits=(E17,),
            ),
        ),
        sums=(("Lines of ARROYO-E1, all", "60,000.00 USD; worksheet 1 has 60,000.00: they agree"),),
        untied="1 of the 1 lines names no account of the trial balance.",
        exhibits=(E17,),
    )


def sample() -> c.SamplePage:
    row = c.SampledRow(
        material=M1, part="CEL-841", drawn="value, random", supplier="Specimen Cells (SPECIMEN)", order="PO-1",
        invoice="I-1, line 1, 2023-01-10", received="2023-01-13, GR-1", amount="300 EA × 700.00 USD",
        paid="2023-01-30, PAY-1", exhibits=(c.Link("#148:1"), E17), lacking=False,
    )  # fmt: skip
    return c.SamplePage(
        anchor="sample-1",
        title="Samples of material schedule 1",
        population="237 lines were bought, together worth 22,800.00 USD in one unit of the good.",
        frame=(("Frame", "worksheets/worksheet-1-materials.csv"), ("SHA-256 of the frame", "ab" * 32)),
        draws=(c.Draw(name="5 at random", drawn=(M1,)),),
        rows=(row,),
    )


def support() -> c.SupportPage:
    return c.SupportPage(
        graded=(
            (
                "Worksheet 1",
                "USD",
                (c.GradeRow(grade="document-backed", lines=2, value=Decimal("3300"), share="14.47 percent"),),
            ),
        ),
        against=(
            c.DeclaredRow(
                anchor="declaration-51",
                supplier="Specimen Glass Inc. (SPECIMEN)",
                reference="OD-FY22-014",
                part="RGL-307",
                form="originating",
                covers="2022-04-01 to 2023-03-31",
                state="expired from 2023-04-01: the blanket ended (#153)",
                counted="Worksheet 1 does not count upon it for M0091. It ended before the purchase.",
                exhibits=(E17,),
            ),
        ),
        declarations=81,
        unused=("OD-FY22-001",),
        unanswered=("Quiet Actuators Inc. (SPECIMEN), asked by RQ-1 for CPA-401: no answer.",),
    )


def production() -> c.ProductionPage:
    return c.ProductionPage(
        rows=(
            c.BuiltRow(
                unit="3VTSPECMN5M000001", good="ARROYO-E1", plant="MX-SAL", built_on=date(2023, 5, 2),
                quantity=Decimal(1), bill="MY23", lots="lots L-1", rework="none", position="#97:1",
            ),
        ),
        volumes=(("ARROYO-E1 at MX-SAL", "2023-04: 100; 2023-05: 100", (c.Link("#282:1–2"),)),),
        pools=(
            c.PoolRow(
                pool="P-1", plant="MX-SAL", method="average", year="2023-01-01 to 2023-12-31",
                movements="receipt: 2 movements (#90:1)", exhibits=(E17,),
            ),
        ),
        exhibits=(E17,),
    )  # fmt: skip


def transport() -> c.TransportPage:
    return c.TransportPage(
        movements=(("Shipment S01", "left MX-SAL (MX) on 2023-05-16 for US"), ("Legs", "Saltillo > Laredo")),
        rows=(
            c.ValuedRow(
                customs_line="SPC-0001234-5, line 1", invoice="CI-0001, line 1",
                invoiced="10 × 41,250.00 = 412,500.00 USD", entered="412,500.00 USD",
                related="not declared as related", duties="none recorded", agree="invoice and entry agree",
            ),
        ),
        papers=(c.PapersRow(what="Commercial invoice", shown_at=(E17,)), c.PapersRow(what="Contract", shown_at=())),
        value=(c.AnswerLine(said="Buyer and seller are related (control).", shown_at=(c.Link("#5"),)),),
    )  # fmt: skip


def history() -> c.HistoryPage:
    row = c.HappenedRow(
        on="2023-05-19", what="Claim", said="Customs entry SPC-0001234-5, line 1: made.", position="#388",
        shown_at=(E17,), against=True,
    )  # fmt: skip
    return c.HistoryPage(rows=(row,), reconciliations=(row,), due=("Worksheet 1 rests on estimates.",))


def annex(moment: datetime) -> c.AnnexPage:
    return c.AnnexPage(
        custody=tuple(
            c.CustodyRow(
                position=f"#{i}",
                kind="document-received",
                recorded=(moment,),
                actor="key-0123456789abcdef",
                about="E017",
            )
            for i in range(30)
        ),
        keys=(
            c.KeyRow(
                key="key-0123456789abcdef",
                purpose="person",
                role="Origin desk (role)",
                since=date(2023, 1, 2),
                fingerprint="ab" * 32,
            ),
        ),
        certificate="CN=Evidence packs, O=Voltera Motors (SPECIMEN), C=US",
        certificate_fingerprint="cd" * 32,
        root_fingerprint="ef" * 32,
        checkpoint="evidence.example/voltera-specimen\n412\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
        manifest_sha256="12" * 32,
        rule_sets=("ab" * 32,),
    )
