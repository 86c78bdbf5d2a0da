"""A local server that plays Feishu's and WeCom's open platforms as far as the bot uses them."""

from bot.simulator.directory import SimPerson
from bot.simulator.feishu.app import FeishuApp
from bot.simulator.server import Simulator
from bot.simulator.wecom.app import WecomApp

__all__ = ["FeishuApp", "SimPerson", "Simulator", "WecomApp"]
