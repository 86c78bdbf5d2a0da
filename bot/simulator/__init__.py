"""A local server that plays Feishu's open platform as far as the bot uses it."""

from bot.simulator.directory import SimPerson
from bot.simulator.feishu.app import FeishuApp
from bot.simulator.server import Simulator

__all__ = ["FeishuApp", "SimPerson", "Simulator"]
