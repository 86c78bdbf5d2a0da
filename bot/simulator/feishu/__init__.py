"""Feishu's open platform as far as the bot uses it."""
