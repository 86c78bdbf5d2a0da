"""The wrapping of callbacks against published samples, and XML that is not what the platform writes."""

from __future__ import annotations

import pytest

from bot.simulator import WecomApp
from bot.simulator.wecom import envelope, xml

# The official sample of the platform's own libraries, and the fixtures of wechatpy's tests.
OFFICIAL = WecomApp("wx5823bf96d3bd56c7", 1, "", "QDG6eK", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C")
FIXTURE = WecomApp("wx49f0ab532d5d035a", 1, "", "123456", "kWxPEV2UEDyxWpmPdKC3F4dgPDmOvfKX1HGnEUDS1aR")


@pytest.mark.parametrize(
    ("app", "timestamp", "nonce", "sealed", "signature", "plain"),
    [
        (
            OFFICIAL,
            "1409659589",
            "263014780",
            "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ==",
            "5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3",
            b"1616140317555161061",
        ),
        (
            FIXTURE,
            "1411443780",
            "437374425",
            "4ByGGj+sVCYcvGeQYhaKIk1o0pQRNbRjxybjTGblXrBaXlTXeOo1+bXFXDQQb1o6co6Yh9Bv41n7hOchLF6p+Q==",
            "dd6b9c95b495b3f7e2901bfbc76c664930ffdb96",
            b"5927782489442352469",
        ),
    ],
)
def test_a_published_envelope_is_signed_and_opened_as_published(
    app: WecomApp, timestamp: str, nonce: str, sealed: str, signature: str, plain: bytes
) -> None:
    assert envelope.sign(app, timestamp, nonce, sealed) == signature
    assert envelope.decrypt(app, sealed) == plain


def test_a_published_message_is_sealed_byte_for_byte() -> None:
    message = (
        b"<xml>\n<MsgType><![CDATA[text]]></MsgType>\n<Content><![CDATA[test]]></Content>\n"
        b"<FromUserName><![CDATA[wx49f0ab532d5d035a]]></FromUserName>\n"
        b"<ToUserName><![CDATA[messense]]></ToUserName>\n<AgentID>1</AgentID>\n"
        b"<CreateTime>1411525903</CreateTime>\n</xml>"
    )
    sealed = envelope.encrypt(FIXTURE, message, b"1234567890123456")
    assert sealed == (
        "9s4gMv99m88kKTh/H8IdkOiMg6bisoy3ypwy9H4hvSPe9nsGaqyw5hhSjdYbcrKk+j3nba4HMOTzHrluLBYqxgNcBqGsL8Gqx"
        "lhZgURnAtObvesEl5nZ+uBE8bviY0LWke8Zy9V/QYKxNV2FqllNXcfmstttyIkMKCCmVbCFM2JTF5wY0nFhHZSjPUL2Q1qvSU"
        "CUld+/WIXrx0oyKQmpB6o8NRrrNrsDf03oxI1p9FxUgMnwKKZeOA/uu+2IEvEBtb7muXsVbwbgX05UPPJvFurDXafG0RQyPR+"
        "mf1nDnAtQmmNOuiR5MIkdQ39xn1vWwi1O5oazPoQJz0nTYjxxEE8kv3kFxtAGVRe3ypD3WeK2XeFYFMNMpatF9XiKzHo3"
    )
    assert (
        envelope.sign(FIXTURE, "1411525903", "461056294", sealed)
        == "407518b7649e86ef23978113f92d27afa9296533"
    )


@pytest.mark.parametrize("length", [0, 1, 11, 12, 13, 31, 32, 33, 1000])
def test_any_length_comes_back(length: int) -> None:
    sealed = envelope.encrypt(OFFICIAL, b"x" * length, b"0" * 16)
    assert envelope.decrypt(OFFICIAL, sealed) == b"x" * length


@pytest.mark.parametrize(
    ("sealed", "about"),
    [
        ("", "whole blocks"),
        ("不是", "base64"),
        ("AAAA", "whole blocks"),
        ("A" * 128, "whole blocks|PKCS"),
        ("A" * 171 + "=", "PKCS"),
    ],
)
def test_what_was_never_sealed_is_not_opened(sealed: str, about: str) -> None:
    with pytest.raises(ValueError, match=about):
        envelope.decrypt(OFFICIAL, sealed)


def test_another_company_and_another_key_are_noticed() -> None:
    sealed = envelope.encrypt(OFFICIAL, b"hello", b"0" * 16)
    other = WecomApp("ww-other", 1, "", OFFICIAL.token, OFFICIAL.encoding_aes_key)
    with pytest.raises(ValueError, match="receiveid"):
        envelope.decrypt(other, sealed)
    with pytest.raises(ValueError, match=r"PKCS|length|receiveid"):
        envelope.decrypt(FIXTURE, sealed)


def test_a_length_that_does_not_fit_is_noticed() -> None:
    with pytest.raises(ValueError, match="length"):
        envelope.decrypt(OFFICIAL, envelope.encrypt(OFFICIAL, b"hello", b"too short"))


def test_the_bot_has_five_seconds_and_the_platform_tries_three_times_in_all() -> None:
    made = envelope.callback(OFFICIAL, {"MsgType": "text"}, 0.0, "", lambda outcome: None)
    assert (made.deadline, made.repushed, made.retries) == (5.0, True, 2)
    check = envelope.verification(OFFICIAL, "echo", 0.0)
    assert (check.deadline, check.repushed, check.method) == (1.0, False, "GET")


# XML.


def test_what_is_written_is_read_back() -> None:
    written = xml.document({"A": "]]>", "B": 7, "C": {"D": ["1", "2"]}, "E": ""})
    assert xml.parse(written.encode()) == {"A": ["]]>"], "B": ["7"], "C": [{"D": ["1", "2"]}], "E": [""]}


@pytest.mark.parametrize(
    ("written", "about"),
    [
        (b"", "not XML"),
        (b"hello", "not XML"),
        (b"<xml>", "not XML"),
        (b"<xml></xml>", "root"),
        (b"<xml>text</xml>", "root"),
        (b"<answer><A>1</A></answer>", "root"),
        (b"<xml><A x='1'/></xml>", "attributes"),
        (b"<xml>a<A>1</A></xml>", "text between"),
        (b"<?php ?><xml><A>1</A></xml>", "processing"),
        (b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><xml><A>&x;</A></xml>', "DOCTYPE"),
        (b"<xml><A>&x;</A></xml>", "not XML"),
        (b"<xml>" + b"<a>" * 8 + b"</a>" * 8 + b"</xml>", "deep"),
        (b"<xml><A>" + b"x" * 65536 + b"</A></xml>", "more XML"),
    ],
)
def test_only_plain_elements_are_read(written: bytes, about: str) -> None:
    with pytest.raises(ValueError, match=about):
        xml.parse(written)
