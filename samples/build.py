"""Builds samples/pdf/NAME.pdf from samples/source/NAME.html with three real producers.

    python samples/build.py [NAME ...]

WeasyPrint and Chromium print the page as it is. LibreOffice gets the same content as an OpenDocument
text, since its HTML filter knows no running headers. A source names its producer in
`<meta name="generator">`; without one it is WeasyPrint. Needs `weasyprint`, `chromium`, `soffice` and
the fonts Amiri and Noto. Every PDF is written to a temporary name and renamed.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree
from xml.sax.saxutils import escape, quoteattr

HERE = Path(__file__).resolve().parent
SOURCE = HERE / "source"
PDF = HERE / "pdf"
HTML = "{http://www.w3.org/1999/xhtml}"

NOTICE = {"en": "SAMPLE – not for care", "ar": "نموذج للعرض – ليس للاستخدام السريري"}
FONT = {"en": "Noto Sans", "ar": "Amiri"}
SIZE = {"en": "11pt", "ar": "13pt"}


def parse(source: Path) -> ElementTree.Element:
    import tinyhtml5

    return tinyhtml5.parse(source.read_text(encoding="utf-8"))


def producer(source: Path) -> str:
    for meta in parse(source).iter(f"{HTML}meta"):
        if meta.get("name") == "generator":
            return meta.get("content", "")
    return "weasyprint"


def with_weasyprint(source: Path, target: Path) -> None:
    import weasyprint

    weasyprint.HTML(filename=str(source)).write_pdf(str(target))


def with_chromium(source: Path, target: Path) -> None:
    command = [
        "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer",
        f"--print-to-pdf={target}", source.as_uri(),
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=120)


def with_libreoffice(source: Path, target: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        text = Path(folder) / f"{target.stem}.fodt"
        text.write_text(open_document(parse(source)), encoding="utf-8")
        command = [
            "soffice", f"-env:UserInstallation={Path(folder, 'profile').as_uri()}", "--headless",
            "--convert-to", "pdf", "--outdir", folder, str(text),
        ]  # fmt: skip
        subprocess.run(command, check=True, capture_output=True, timeout=180)
        shutil.move(text.with_suffix(".pdf"), target)


PRODUCERS: dict[str, Callable[[Path, Path], None]] = {
    "weasyprint": with_weasyprint,
    "chromium": with_chromium,
    "libreoffice": with_libreoffice,
}


def build(source: Path) -> None:
    target = PDF / f"{source.stem}.pdf"
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / target.name
        PRODUCERS[producer(source)](source, made)
        temporary = target.with_suffix(".tmp")
        shutil.copyfile(made, temporary)
        temporary.replace(target)


# OpenDocument -------------------------------------------------------------------------------------

NAMESPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{urn}:1.0"'
    for name, urn in {
        "office": "office", "style": "style", "text": "text", "table": "table", "meta": "meta",
        "fo": "xsl-fo-compatible", "svg": "svg-compatible",
    }.items()
)  # fmt: skip


def open_document(root: ElementTree.Element) -> str:
    """The page as a flat OpenDocument text with styles, header and page number."""
    language = root.get("lang", "en")
    title = "".join(root.find(f".//{HTML}title").itertext())  # type: ignore[union-attr]
    body = "".join(block(child) for child in root.find(f".//{HTML}body"))  # type: ignore[union-attr]
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<office:document {NAMESPACES} xmlns:dc="http://purl.org/dc/elements/1.1/" office:version="1.3"
 office:mimetype="application/vnd.oasis.opendocument.text">
<office:meta><dc:title>{escape(title)}</dc:title>
<meta:initial-creator>Sanad sample</meta:initial-creator></office:meta>
{styles(language)}
<office:body><office:text>{body}</office:text></office:body>
</office:document>"""


def styles(language: str) -> str:
    arabic = language == "ar"
    direction = "rl-tb" if arabic else "lr-tb"
    font = quoteattr(FONT[language])
    face = f"style:font-name={font} style:font-name-complex={font} style:font-name-asian={font}"
    start = "right" if arabic else "left"

    def paragraph(name: str, size: str, *, bold: bool = False, extra: str = "", level: int = 0) -> str:
        weight = 'fo:font-weight="bold" style:font-weight-complex="bold"' if bold else ""
        outline = f'style:default-outline-level="{level}"' if level else ""
        return f"""<style:style style:name="{name}" style:family="paragraph" {outline}>
<style:paragraph-properties style:writing-mode="{direction}" fo:text-align="start" {extra}/>
<style:text-properties {face} fo:font-size="{size}" style:font-size-complex="{size}" {weight}/>
</style:style>"""

    size = SIZE[language]
    heading = 'fo:margin-top="10pt" fo:margin-bottom="3pt" fo:keep-with-next="always"'
    below = 'fo:margin-bottom="6pt"'
    return f"""<office:font-face-decls><style:font-face style:name={font} svg:font-family={font}/>
</office:font-face-decls>
<office:styles>
{paragraph("P", size, extra=below)}
{paragraph("Cell", size)}
{paragraph("Head", size, bold=True)}
{paragraph("H1", "20pt", bold=True, extra=below, level=1)}
{paragraph("H2", "15pt", bold=True, extra=heading, level=2)}
{paragraph("H3", "12.5pt", bold=True, extra=heading, level=3)}
{paragraph("Notice", "10pt", bold=True, extra='fo:text-align="center"').replace('fo:text-align="start"', "")}
<text:list-style style:name="Bullets"><text:list-level-style-bullet text:level="1" text:bullet-char="•">
<style:list-level-properties text:space-before="5mm" text:min-label-width="5mm"
 text:min-label-distance="2mm"/>
</text:list-level-style-bullet></text:list-style>
<text:list-style style:name="Numbers"><text:list-level-style-number text:level="1"
 style:num-format="1" style:num-suffix=".">
<style:list-level-properties text:space-before="5mm" text:min-label-width="7mm"
 text:min-label-distance="2mm"/>
</text:list-level-style-number></text:list-style>
</office:styles>
<office:automatic-styles>
<style:style style:name="Table" style:family="table"><style:table-properties style:width="170mm"
 table:align="{start}" style:writing-mode="{direction}" fo:margin-bottom="8pt"/></style:style>
<style:style style:name="Row" style:family="table-row"><style:table-row-properties
 fo:keep-together="always"/></style:style>
<style:style style:name="Box" style:family="table-cell"><style:table-cell-properties
 fo:border="0.6pt solid #666677" fo:padding="1mm"/></style:style>
<style:page-layout style:name="Page"><style:page-layout-properties fo:page-width="210mm"
 fo:page-height="297mm" fo:margin-top="14mm" fo:margin-bottom="14mm" fo:margin-left="20mm"
 fo:margin-right="20mm" style:writing-mode="{direction}"/>
<style:header-style><style:header-footer-properties fo:margin-bottom="5mm"/></style:header-style>
<style:footer-style><style:header-footer-properties fo:margin-top="5mm"/></style:footer-style>
</style:page-layout>
</office:automatic-styles>
<office:master-styles><style:master-page style:name="Standard" style:page-layout-name="Page">
<style:header><text:p text:style-name="Notice">{NOTICE[language]}</text:p></style:header>
<style:footer><text:p text:style-name="Notice"><text:page-number/></text:p></style:footer>
</style:master-page></office:master-styles>"""


def words(element: ElementTree.Element) -> str:
    return escape(" ".join("".join(element.itertext()).split()))


def block(element: ElementTree.Element) -> str:
    tag = str(element.tag).removeprefix(HTML)
    if tag in ("h1", "h2", "h3"):
        level = tag[1]
        return f'<text:h text:style-name="H{level}" text:outline-level="{level}">{words(element)}</text:h>'
    if tag in ("ul", "ol"):
        style = "Bullets" if tag == "ul" else "Numbers"
        items = "".join(
            f'<text:list-item><text:p text:style-name="P">{words(item)}</text:p></text:list-item>'
            for item in element
        )
        return f'<text:list text:style-name="{style}">{items}</text:list>'
    if tag == "table":
        return table(element)
    if tag == "p":
        return f'<text:p text:style-name="P">{words(element)}</text:p>'
    raise ValueError(f"<{tag}> has no OpenDocument form here")


def table(element: ElementTree.Element) -> str:
    head, body = [], []
    columns = 0
    for row in element.iter(f"{HTML}tr"):
        is_head = row[0].tag == f"{HTML}th"
        cells = "".join(
            f'<table:table-cell table:style-name="Box" office:value-type="string">'
            f'<text:p text:style-name="{"Head" if is_head else "Cell"}">{words(cell)}</text:p>'
            f"</table:table-cell>"
            for cell in row
        )
        columns = max(columns, len(row))
        (head if is_head else body).append(
            f'<table:table-row table:style-name="Row">{cells}</table:table-row>'
        )
    return (
        f'<table:table table:style-name="Table">'
        f'<table:table-column table:number-columns-repeated="{columns}"/>'
        f"<table:table-header-rows>{''.join(head)}</table:table-header-rows>{''.join(body)}</table:table>"
    )


def main() -> None:
    names = sys.argv[1:] or sorted(path.stem for path in SOURCE.glob("*.html"))
    for name in names:
        build(SOURCE / f"{name}.html")
        print(f"pdf/{name}.pdf")


if __name__ == "__main__":
    main()
