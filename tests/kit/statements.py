"""What banks send, in the shapes that are met: short documents, of any version."""

from collections.abc import Sequence

ISO = "urn:iso:std:iso:20022:tech:xsd"


def part(amount: str, direction: str, reference: str = "", inside: str = "") -> str:
    """One TxDtls."""
    refs = f"<Refs><EndToEndId>{reference}</EndToEndId></Refs>" if reference else ""
    return (
        f'<TxDtls>{refs}<Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>{direction}</CdtDbtInd>'
        f"{inside}</TxDtls>"
    )


def entry(amount: str, direction: str, inside: str = "", state: str = "<Cd>BOOK</Cd>") -> str:
    """One Ntry; *inside* is what its NtryDtls hold."""
    details = f"<NtryDtls>{inside}</NtryDtls>" if inside else ""
    return (
        f'<Ntry><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>{direction}</CdtDbtInd>'
        f"<Sts>{state}</Sts><AcctSvcrRef>REF{amount}</AcctSvcrRef>{details}</Ntry>"
    )


def balance(kind: str, amount: str, direction: str = "CRDT", day: str = "2026-11-24") -> str:
    """One Bal."""
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp>"
        f'<Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>{direction}</CdtDbtInd>'
        f"<Dt><Dt>{day}</Dt></Dt></Bal>"
    )


def camt054(entries: Sequence[str], name: str = "N1") -> bytes:
    """A notice of single entries."""
    return (
        f'<Document xmlns="{ISO}:camt.054.001.08"><BkToCstmrDbtCdtNtfctn><GrpHdr>'
        f"<MsgId>{name}</MsgId></GrpHdr><Ntfctn><Id>N</Id><Acct><Id>"
        f"<IBAN>DE89370400440532013000</IBAN></Id></Acct>{''.join(entries)}</Ntfctn>"
        "</BkToCstmrDbtCdtNtfctn></Document>"
    ).encode()


def camt053(
    entries: Sequence[str],
    balances: Sequence[str] = (),
    version: str = "08",
    name: str = "M1",
) -> bytes:
    """A statement of our account."""
    told = "".join(balances) or balance("CLBD", "0.00")
    return (
        f'<Document xmlns="{ISO}:camt.053.001.{version}"><BkToCstmrStmt><GrpHdr>'
        f"<MsgId>{name}</MsgId>"
        "</GrpHdr><Stmt><Id>S1</Id><ElctrncSeqNb>7</ElctrncSeqNb><Acct><Id>"
        f"<IBAN>DE89370400440532013000</IBAN></Id></Acct>{told}{''.join(entries)}</Stmt>"
        "</BkToCstmrStmt></Document>"
    ).encode()


def reason(code: str, text: str = "") -> str:
    """One StsRsnInf."""
    return f"<StsRsnInf><Rsn><Cd>{code}</Cd></Rsn><AddtlInf>{text}</AddtlInf></StsRsnInf>"


def pain002(
    group: str,
    payments: str = "",
    order: str = "ORDER",
    version: str = "03",
    name: str = "STATUS-1",
) -> bytes:
    """A status report of *order*; *group* is what stands beside its name."""
    return (
        f'<Document xmlns="{ISO}:pain.002.001.{version}"><CstmrPmtStsRpt>'
        f"<GrpHdr><MsgId>{name}</MsgId></GrpHdr><OrgnlGrpInfAndSts>"
        f"<OrgnlMsgId>{order}</OrgnlMsgId>{group}</OrgnlGrpInfAndSts>{payments}"
        "</CstmrPmtStsRpt></Document>"
    ).encode()
