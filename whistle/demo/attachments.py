"""The files that the rehearsal's reports bring along: real ones, with all that such files hide."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Final

from whistle.demo import papers, photo, scenes, screen, sound

#: The day on which the files were made when nobody says another.
DAY: Final = date(2026, 3, 2)

_OFFICE: Final = "application/vnd.openxmlformats-officedocument"
_PDF: Final = "application/pdf"
_DOCX: Final = f"{_OFFICE}.wordprocessingml.document"
_XLSX: Final = f"{_OFFICE}.spreadsheetml.sheet"

#: The recording's length in seconds: enough to hear the voices change, and under 200 kB.
_SECONDS: Final = 9

#: (days before, number, project, amount in kronor): every one just under the limit that asks for tenders.
_ELECTRICAL: Final = (
    (171, 20318, "4402", 96_400),
    (166, 20321, "4418", 98_900),
    (160, 20324, "4402", 94_250),
    (112, 20371, "4390", 99_500),
    (83, 20402, "4431", 97_800),
    (79, 20404, "4431", 92_300),
    (24, 20455, "4471", 99_100),
)
_HOTEL: Final = (
    (311, 7718, "4 dubbelrum, 3 nätter", 48_200),
    (148, 8120, "2 dubbelrum, 2 enkelrum, 4 nätter", 61_750),
    (96, 8344, "stuga med 8 bäddar, 5 nätter", 39_900),
)

#: (days before, subject, text), as copied from paper.
_MAILS: Final = (
    (
        190,
        "Training group",
        "See you at the airport on Thursday.\nThe usual room, it is booked by the association.",
    ),
    (133, "Schools", "The colleagues in Trondheim need to be reminded\nof what we said about the schools."),
    (127, "Re: Schools", "They have been reminded. It was somebody new.\nIt will not happen in the north."),
    (64, "Hospital", "They want a figure by noon.\nCan you send the usual figure? Then we add ours."),
)

#: (name, hours reported, call-outs reported, alarms in the list, call-outs invoiced) for five weeks.
_HOURS: Final = (
    ("A", 57.0, 19, 9, 19),
    ("A", 60.0, 20, 8, 20),
    ("A", 51.0, 17, 10, 17),
    ("A", 54.0, 18, 7, 18),
    ("A", 42.0, 14, 8, 14),
    ("B", 33.0, 11, 8, 11),
    ("B", 39.0, 13, 9, 13),
    ("B", 36.0, 12, 9, 12),
    ("B", 30.0, 10, 9, 10),
    ("B", 27.0, 9, 5, 9),
)


def _kronor(amount: int) -> str:
    """An amount as Swedish paper writes it, with a space between thousands."""
    return f"{amount:,}".replace(",", " ") + ",00"


def _invoices(day: date) -> bytes:
    total = sum(amount for *_, amount in _ELECTRICAL)
    lines = [
        f"{day - timedelta(before)}  {number}     {project}       {_kronor(amount):>12}"
        for before, number, project, amount in _ELECTRICAL
    ]
    summary = "\n".join(
        (
            "Sammanställning av leverantörsfakturor",
            "Leverantör: Elgruppen i Ådalsvik AB",
            f"Utskrift {day}",
            "",
            "Fakturadatum  Faktura  Projekt       Belopp exkl. moms",
            "-" * 56,
            *lines,
            "-" * 56,
            f"Summa {len(lines)} fakturor{_kronor(total):>36}",
            "",
            "Attestgräns utan anbud: 100 000,00",
        )
    )
    return papers.pdf(
        (summary, _last_invoice(day - timedelta(24)), _ORDER),
        papers.Origin("Sammanställning leverantör", "mlundgren", "Kontorsskrivare 7.2", day),
    )


def _last_invoice(day: date) -> str:
    return f"""FAKTURA 20455
Elgruppen i Ådalsvik AB

Fakturadatum   {day}
Betalning      10 dagar netto
Projekt        4471
Er referens    Inköp, region Mitt

Benämning                               Antal        Belopp
------------------------------------------------------------
Kabeldragning kamera, plan 2               19     46 550,00
Kabeldragning kamera, plan 3               19     46 550,00
Etablering                                  1      6 000,00
------------------------------------------------------------
Summa exkl. moms                                  99 100,00

Attest: inköpschef. Ankomstregistrerad och betald samma vecka."""


_ORDER: Final = """INTERN BESTÄLLNING
Region Mitt

Avser: kameror plan 2 och 3, 38 st
Montage: efter ombyggnad, datum meddelas av platschef
Status: VÄNTAR

Kabeldragning (beställd): ja
Kabeldragning (utförd, signatur):"""


def _hotel(day: date) -> bytes:
    pages = tuple(
        f"FAKTURA {number}\nÅdalsviks Konferens & Hotell\n\nDatum          {day - timedelta(before)}\n"
        f"Kund           Nordvakt AB, försäljning\nMärkning       Kundaktivitet\n\n"
        f"{rooms}\n{'-' * 48}\nSumma inkl. moms{_kronor(amount):>32}"
        for before, number, rooms, amount in _HOTEL
    )
    return papers.pdf(pages, papers.Origin("Fakturor", "Reception", "Hotellsystem 3.0", day))


def _mails(day: date) -> bytes:
    pages = tuple(
        f"Date:    {day - timedelta(before)}\nBetween: (covered)\nSubject: {subject}\n\n{text}"
        for before, subject, text in _MAILS
    )
    return papers.pdf(pages, papers.Origin("Scan", "MFP-2-FLOOR", "Scan to file 2.11", day))


def _protocol(day: date) -> bytes:
    # Sent twelve days after the picture of the log, and about the same visit.
    text = f"""Serviceprotokoll automatiskt brandlarm
Anläggning: 2207, äldreboende, 2 plan
Typ av besök: årlig revision
Datum: {day - timedelta(31)}
Arbetstid: 08.30-15.45, 2 personer

Detektorer, antal: 46
Provade med rökgas eller värme: 46
Utan anmärkning: 46
Skyddshuvor borttagna: ja
Larmdon provade: ja
Larmöverföring provad: ja, kvitterad av larmmottagaren

Anläggningen satt i provläge: 08.25
Anläggningen åter i drift: 15.50

Nästa revision: om 12 månader
Underskrift: (digitalt godkänd)"""
    return papers.docx(text, papers.Origin("Serviceprotokoll 2207", "Roger Åkesson", "Ordbehandlare", day))


def _course(day: date) -> bytes:
    text = f"""INTYG
Heta arbeten, grundkurs 8 timmar

Deltagare: N. N.
Kursdag: {day - timedelta(140)}
Plats: Nordvakt Suomi Oy, utbildningslokalen
Skriftligt prov: godkänt, 28 av 30

Kortet är giltigt i fem år."""
    return papers.docx(text, papers.Origin("Intyg heta arbeten", "Kursledare", "Ordbehandlare", day))


def _hours(day: date) -> bytes:
    head = ("Vecka", "Tekniker", "Timmar", "Rapporterade", "Larm i listan", "Fakturerade")
    rows = tuple((f"{1 + number % 5}", *row) for number, row in enumerate(_HOURS))
    return papers.xlsx((head, *rows), papers.Origin("Jour fem veckor", "lonekontoret", "Kalkylark", day))


def _test_log(day: date) -> bytes:
    tests = tuple(
        f"{day - timedelta(19)}  22:13:{second:02}  SLINGA 1  ADRESS {second - 3:03}  PROV OK"
        for second in range(4, 28)
    )
    return screen.picture(
        (
            "CENTRALAPPARAT 2207   HÄNDELSELOGG   SIDA 1/2",
            "",
            *tests,
            "",
            "46 HÄNDELSER   22:13:04 - 22:13:49",
        )
    )


def _codes(day: date) -> bytes:
    places = ("VILLA", "BUTIK", "FÖRSKOLA", "VILLA", "KONTOR", "LAGER", "VILLA", "KLINIK", "VILLA", "GARAGE")
    rows = tuple(
        f"{101 + number:>4}  {place:<9} ####  ####   " + ("BORTRESTA TILL ####" if place == "VILLA" else "-")
        for number, place in enumerate(places)
    )
    head = (
        f"KODER ALLA KUNDER   DELAD {day - timedelta(40)}   57 MEDLEMMAR",
        "",
        " RAD  OBJEKT    LARM  SKÅP   ANM",
    )
    return screen.picture((*head, *rows))


def _night_notes(day: date) -> bytes:
    nights = "\n".join(
        f"{day - timedelta(before)}  {hour}  {answer}"
        for before, hour, answer in (
            (58, "23.10", "no answer, rang for two minutes"),
            (51, "22.40", "no answer"),
            (44, "01.15", "answering machine of a dentist"),
            (43, "02.05", "no answer"),
            (30, "23.55", "no answer"),
            (23, "00.20", "no coverage, walked up two floors, no answer"),
            (16, "03.30", "no answer"),
            (9, "22.15", "somebody answered, did not know what the number is for"),
            (4, "23.40", "no answer"),
        )
    )
    return f"Check-in calls to the number in the routine\n\n{nights}\n".encode()


def _detector(day: date) -> bytes:
    return photo.take(photo.Shot(scenes.SMOKE_DETECTOR, "15:52:08", 59.6099, 16.5448), day)


def _yard(day: date) -> bytes:
    # Sent months after it was taken: a picture that was kept for a while tells just as much.
    return photo.take(photo.Shot(scenes.STORAGE_YARD, "16:21:40", 60.2934, 25.0378), day - timedelta(120))


def _door(day: date) -> bytes:
    return photo.take(photo.Shot(scenes.DOOR_PANEL, "00:47:15", 59.9127, 10.7461), day - timedelta(23))


#: Name -> what a browser would call its type, and how it is made on a day.
_MAKERS: Final[dict[str, tuple[str, Callable[[date], bytes]]]] = {
    "fakturor-elgruppen.pdf": (_PDF, _invoices),
    "fakturor-hotell.pdf": (_PDF, _hotel),
    "tender-mails.pdf": (_PDF, _mails),
    "serviceprotokoll.docx": (_DOCX, _protocol),
    "kursintyg.docx": (_DOCX, _course),
    "timmar.xlsx": (_XLSX, _hours),
    "skarmbild-testlogg.png": ("image/png", _test_log),
    "skarmbild-kodlista.png": ("image/png", _codes),
    "notes-night-shifts.txt": ("text/plain", _night_notes),
    "samtal-bygget.wav": ("audio/wav", lambda _: sound.recording(_SECONDS)),
    "IMG_4127.jpg": ("image/jpeg", _detector),
    "IMG_0832.jpg": ("image/jpeg", _yard),
    "IMG_2206.jpg": ("image/jpeg", _door),
}

NAMES: Final = tuple(_MAKERS)


def make(name: str, day: date = DAY) -> tuple[str, str, bytes]:
    """The file of that name as if it was made by `day`: its name, media type and bytes (under 400 kB).

    The same name and day give the same bytes. Raises KeyError for a name that is not in `NAMES`.
    """
    media_type, maker = _MAKERS[name]
    return name, media_type, maker(day)
