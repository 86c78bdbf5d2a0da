"""A chart on each surface: an element of Feishu's card, words for who reads words, a drawing on pages."""

from __future__ import annotations

import msgspec
import pytest

from bot.as_text import as_text
from bot.feishu.cards import render
from bot.simulator.feishu import cards, charts
from bot.web.drawing import drawn
from handlers.contract.card import Card
from handlers.contract.chart import Chart, ChartKind, Series

OWN = Series("自己发现", (3, 5, None))
OTHER = Series("监督检查 <b>", (1, 0, 4))


def chart(*series: Series, kind: ChartKind = ChartKind.BAR) -> Chart:
    return Chart(title="自查问题", unit="件", kind=kind, labels=("一月", "二月", "三月"), series=series)


def card(*series: Series, kind: ChartKind = ChartKind.BAR) -> Card:
    return Card(title="本月概览", subject="overview:1", chart=chart(*series, kind=kind))


@pytest.mark.parametrize("kind", list(ChartKind))
@pytest.mark.parametrize("series", [(OWN,), (OWN, OTHER), (Series("空", (None, None, None)),)])
def test_feishu_takes_the_chart_and_its_client_can_draw_it(
    kind: ChartKind, series: tuple[Series, ...]
) -> None:
    shown = render(card(*series, kind=kind))
    cards.check(shown, lambda _key: False, lambda _person: False)

    (element,) = [each for each in shown["body"]["elements"] if each["tag"] == "chart"]
    assert charts.drawing(element["chart_spec"]).startswith("<svg")


def test_every_number_of_the_chart_goes_to_feishu_and_a_missing_one_is_a_gap() -> None:
    (element,) = [each for each in render(card(OWN, OTHER))["body"]["elements"] if each["tag"] == "chart"]
    values = element["chart_spec"]["data"]["values"]

    assert [each["value"] for each in values] == [3, 1, 5, 0, 4]


def test_whoever_reads_words_reads_every_number() -> None:
    words = as_text(card(OWN, OTHER))

    assert "三月：自己发现 —，监督检查 <b> 4件" in words


def test_a_page_draws_the_chart_and_reads_it_out_without_taking_words_for_markup() -> None:
    shown = str(drawn(chart(OWN, OTHER)))

    assert "<b>" not in shown
    assert 'aria-label="自查问题。一月：自己发现 3件' in shown


def test_a_card_with_a_chart_waits_as_json_and_comes_back_as_it_was() -> None:
    waiting = msgspec.json.encode(card(OWN, OTHER))

    assert msgspec.json.decode(waiting, type=Card) == card(OWN, OTHER)
