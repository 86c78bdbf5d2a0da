"""The app's side of all chats: send, update a card, recall (path/90236, 94888, 94867)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from bot.simulator.chats import BOT, Json, Message, fresh
from bot.simulator.directory import SimPerson
from bot.simulator.limits import Rate
from bot.simulator.stage import Stage
from bot.simulator.wecom.app import NAME, Members, WecomApp, chat_with
from bot.simulator.wecom.card_schema import ANSWERED, BAD_TASK_ID
from bot.simulator.wecom.cards import check_replacing
from bot.simulator.wecom.content import Content, ContentReader
from bot.simulator.wecom.errors import Refused
from bot.simulator.wecom.media import Media
from bot.simulator.wecom.response_codes import ResponseCodes, Sent

SEND = "/cgi-bin/message/send"
UPDATE = "/cgi-bin/message/update_template_card"
EVERYBODY = "@all"
MAX_USERS, MAX_PARTIES, MAX_TAGS = 1000, 100, 100
# Above these a member's messages vanish without a word (path/90454).
PER_MEMBER = (Rate(30, 60.0), Rate(1000, 3600.0))
RECALLABLE = timedelta(hours=24)
REPEAT_SECONDS, MAX_REPEAT_SECONDS = 1800, 4 * 3600


class Messages:
    """Callers hold the stage's lock. Task ids are never free again, not even after a recall."""

    def __init__(self, stage: Stage, app: WecomApp, media: Media, hidden: set[str]) -> None:
        self._stage = stage
        self._app = app
        self._media = media
        self._hidden = hidden
        self._codes = ResponseCodes()
        self._sent: dict[str, Sent] = {}
        self._by_copy: dict[str, Sent] = {}
        self._task_ids: set[str] = set()
        self._answers: dict[str, tuple[float, Json]] = {}

    def clear(self) -> None:
        """Forget everything that was sent."""
        self._codes.clear()
        for memory in (self._sent, self._by_copy, self._task_ids, self._answers):
            memory.clear()

    @property
    def members(self) -> Members:
        """Whom the app can reach now."""
        return Members(self._stage.directory, self._hidden)

    def send(self, asked: Mapping[str, Any], raw: bytes) -> Json:
        """Send to members. The same `raw` request sends nothing twice while its duplicate check lasts."""
        self._check_agent(asked)
        earlier = self._earlier(asked, raw)
        if earlier is not None:
            return earlier
        wanted, unknown = self._recipients(asked)
        content = self._reader().read(asked)
        task_id = self._new_task_id(content)
        card = content.card or {}
        people = tuple(person.key for person in wanted)
        sent = Sent(fresh(""), self._stage.now(), people, {}, task_id, str(card.get("card_type", "")))
        self._sent[sent.msgid] = sent
        if task_id:
            self._task_ids.add(task_id)
        for person in wanted:
            self._deliver(person, sent, content, asked)
        answer: Json = {key: value for key, value in unknown.items() if value} | {"msgid": sent.msgid}
        if sent.card_type in ANSWERED or "action_menu" in card:
            answer["response_code"] = self._codes.issue(sent, self._stage.now())
        if asked.get("enable_duplicate_check") == 1:
            self._answers[_digest(raw)] = (self._stage.clock.machine(), answer)
        return answer

    def recall(self, msgid: Any) -> Json:
        """Take back what was sent within 24 hours."""
        sent = self._sent.get(msgid) if isinstance(msgid, str) else None
        # Which code the platform has for either is not written down.
        if sent is None:
            raise Refused(40058, "msgid: unknown")
        if self._stage.now() - sent.at > RECALLABLE:
            raise Refused(40058, "msgid: older than 24 hours")
        for copy in sent.copies.values():
            copy.recalled = True
        return {}

    def update(self, asked: Mapping[str, Any]) -> Json:
        """Replace a card, or grey its buttons, for some of its recipients; `invaliduser` are the others."""
        self._check_agent(asked)
        code = asked.get("response_code")
        if not isinstance(code, str):
            raise Refused(40058, "response_code: missing")
        if self._stage.faults.take("message_gone", api=UPDATE):
            self._codes.spend(code)
        sent = self._codes.look(code, self._stage.now())
        reached, unknown = self._updated(asked, sent)
        new = self._replacement(asked, sent)
        self._codes.spend(code)
        for person in reached:
            copy = sent.copies.get(person.key)
            if copy is not None:
                self.replace(copy, new)
        return {"invaliduser": unknown} if unknown else {}

    def fresh_code(self, message: Message) -> str:
        """The response code that a click on this copy brings along."""
        return self._codes.issue(self._by_copy[message.message_id], self._stage.now())

    def task_id(self, message: Message) -> str:
        """The task id of a sent card."""
        return self._by_copy[message.message_id].task_id

    def replace(self, message: Message, new: Json) -> None:
        """Show a checked card, or grey buttons (`replace_text` alone), in one member's chat."""
        card = (message.card or {}) | new if new.keys() == {"replace_text"} else new
        message.card, message.content = card, json.dumps(card, ensure_ascii=False)
        message.updated_at = self._stage.now()

    def say(self, person: SimPerson, text: str) -> Message:
        """Show a text of the app that came as the answer to a callback."""
        content = self._reader().read({"msgtype": "text", "text": {"content": text}})
        return self._stage.chats.add(self._message(person, content, "text", text))

    def _reader(self) -> ContentReader:
        return ContentReader(self.members, self._media)

    def _check_agent(self, asked: Mapping[str, Any]) -> None:
        agent = asked.get("agentid")
        if not isinstance(agent, int) or isinstance(agent, bool):
            raise Refused(40056)
        if agent != self._app.agent_id:
            raise Refused(301002)

    def _recipients(self, asked: Mapping[str, Any]) -> tuple[list[SimPerson], dict[str, str]]:
        """Who is reached, and under the answer's names who and what is not. 81013 when nobody is."""
        users = _ids(asked, "touser", MAX_USERS)
        parties, tags = _ids(asked, "toparty", MAX_PARTIES), _ids(asked, "totag", MAX_TAGS)
        if EVERYBODY in users:
            return self.members.visible(), {}
        if not (users or parties or tags):
            raise Refused(82001)
        found = {userid: self._reachable(userid, SEND) for userid in users}
        known = {str(party) for party in self.members.parties()}
        people = [person for person in found.values() if person is not None]
        people += [p for party in parties if party in known for p in self.members.in_party(int(party))]
        unknown = {
            "invaliduser": "|".join(userid.lower() for userid, person in found.items() if person is None),
            "invalidparty": "|".join(party for party in parties if party not in known),
            "invalidtag": "|".join(tags),
        }
        if not people:
            raise Refused(81013)
        return list({person.key: person for person in people}.values()), unknown

    def _reachable(self, userid: str, path: str) -> SimPerson | None:
        person = self.members.find(userid)
        if person is not None and self._stage.faults.take("refuse_recipient", api=path, person=person.key):
            return None
        return person

    def _earlier(self, asked: Mapping[str, Any], raw: bytes) -> Json | None:
        if asked.get("enable_duplicate_check") != 1:
            return None
        seconds = asked.get("duplicate_check_interval", REPEAT_SECONDS)
        if not isinstance(seconds, int) or not 0 < seconds <= MAX_REPEAT_SECONDS:
            raise Refused(40058, "duplicate_check_interval: at most 4 hours")
        at, answer = self._answers.get(_digest(raw), (0.0, None))
        # What is answered to a repeat is not written down; the first answer is the one that helps.
        return answer if self._stage.clock.machine() - at < seconds else None

    def _new_task_id(self, content: Content) -> str:
        task_id = str((content.card or {}).get("task_id", ""))
        if task_id in self._task_ids:
            # So in the platform's community; another report has it answer ok and show nothing.
            raise Refused(BAD_TASK_ID)
        return task_id

    def _deliver(self, person: SimPerson, sent: Sent, content: Content, asked: Mapping[str, Any]) -> None:
        if self._stage.limiter.wait(f"{NAME} member {person.key}", *PER_MEMBER) > 0:
            self._stage.traffic.aside(self._stage.now(), "dropped", SEND, person=person.key)
            return
        kind = str(asked["msgtype"])
        body = json.dumps(asked[kind], ensure_ascii=False)
        message = self._stage.chats.add(self._message(person, content, kind, body))
        sent.copies[person.key] = message
        self._by_copy[message.message_id] = sent

    def _message(self, person: SimPerson, content: Content, wire_type: str, body: str) -> Message:
        now = self._stage.now()
        return Message(
            message_id=fresh("wm_"),
            chat=chat_with(self._stage.chats, person),
            sender=BOT,
            kind=content.kind,
            wire_type=wire_type,
            content=body,
            sent_at=now,
            updated_at=now,
            text=content.text,
            card=content.card,
            blob=content.blob,
        )

    def _updated(self, asked: Mapping[str, Any], sent: Sent) -> tuple[list[SimPerson], list[str]]:
        """Which recipients an update reaches, and the lower-cased userids that are none of them."""
        received = [p for p in self.members.visible() if p.key in sent.recipients]
        # Whether atall reaches the one who clicked as well is not written down; here it does.
        if asked.get("atall") == 1:
            return received, []
        users = _list(asked, "userids", str, MAX_USERS)
        parties = _list(asked, "partyids", int, MAX_PARTIES)
        if not (users or parties or _list(asked, "tagids", int, MAX_TAGS)):
            raise Refused(82001, "userids, partyids, tagids or atall")
        wanted = {userid.lower() for userid in users}
        reached = [
            p for p in received if p.wecom_userid.lower() in wanted or self.members.party_of(p) in parties
        ]
        unknown = wanted - {person.wecom_userid.lower() for person in reached}
        return reached, sorted(unknown)

    def _replacement(self, asked: Mapping[str, Any], sent: Sent) -> Json:
        button, card = asked.get("button"), asked.get("template_card")
        if (button is None) == (card is None):
            raise Refused(40058, "either button or template_card")
        if card is not None:
            return self.read_replacing(card, sent.task_id)
        name = button.get("replace_name") if isinstance(button, dict) else None
        if not isinstance(name, str) or not name:
            raise Refused(40058, "button.replace_name: missing")
        if sent.card_type not in ANSWERED:
            raise Refused(40058, "button: the card has no buttons to grey")
        return {"replace_text": name}

    def read_replacing(self, card: Any, task_id: str) -> Json:
        """A card checked to take the place of the one with `task_id`, which it keeps."""
        checked = check_replacing(card, self._reader().around)
        if checked.get("task_id", task_id) != task_id:
            raise Refused(BAD_TASK_ID, "template_card.task_id: not that of the card")
        return checked


def _ids(asked: Mapping[str, Any], name: str, most: int) -> list[str]:
    value = asked.get(name) or ""
    if not isinstance(value, str):
        raise Refused(40058, f"{name}: ids with | between them")
    found = list(dict.fromkeys(part for part in value.split("|") if part))
    if len(found) > most:
        raise Refused(40058, f"{name}: at most {most}")
    return found


def _list(asked: Mapping[str, Any], name: str, kind: type, most: int) -> list[Any]:
    value = asked.get(name) or []
    if not isinstance(value, list) or not all(isinstance(item, kind) for item in value) or len(value) > most:
        raise Refused(40058, f"{name}: a list of at most {most}")
    return value


def _digest(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()
