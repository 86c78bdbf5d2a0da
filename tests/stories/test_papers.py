"""Papers arrive: the signature sheet of an approved claim, as a PDF in the chat, on both platforms."""

from __future__ import annotations

from io import BytesIO

from pypdf import PdfReader

from tests.world import World


def test_the_signature_sheet_of_an_approved_claim_arrives_as_a_pdf_that_can_be_read(world: World) -> None:
    number = world.files_claim("lin")
    world.signs_all(number, "li", "wang", "chen")
    world.reads("lin", f"{number} 已通过")
    world.says("lin", f"查询 {number}")
    world.clicks("lin", "联签单", number)
    world.settle()
    (file,) = [each for each in world.chat("lin") if each["type"] == "file"]
    assert file["file"]["name"] == f"{number} 报销联签单.pdf"
    said = "".join(PdfReader(BytesIO(world.sim.download(file))).pages[0].extract_text().split())
    assert [each for each in (number, "¥128.50", "林晓", "李青", "王芳", "陈立") if each not in said] == []
