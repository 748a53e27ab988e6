"""All that will happen, drawn from a seed: the same seed gives the same customers, staff and faults."""

import random
from dataclasses import dataclass
from typing import Literal

Channel = Literal["web", "telegram"]
Kind = Literal["kill", "stop", "cut", "delay", "stall", "lose", "refuse", "platform"]

# What is told about one matter, so that one customer has one case.
OPENINGS = (
    "洗衣机修了{n}次还是漏水,没有人管,太气人了!",
    "冰箱坏了{n}天,你们的师傅一直不来,我要投诉!",
    "空調裝好{n}天就漏水,客服一直推來推去,我要客訴!",
    "My washing machine has been repaired {n} times and it still leaks, I want to complain!",
)
THREATS = ("再不解决我就找记者曝光,去12315投诉你们!", "我要找律師告你們,還要爆料給媒體!")
FOLLOW_UPS = (
    "上个月十号买的。",
    "师傅来过两次,都说修好了。",
    "地板都泡坏了。",
    "每次打电话都要等很久。",
    "還是一樣,沒有人回電話。",
    "It leaks from the door.",
)
BURSTS = (("我跟你说", "真的太过分了", "没有一个人管"), ("还有", "师傅说要换零件", "到现在也没换"))
AGENTS_SAY = ("您好,我是专员,我在看您的情况。", "我已经联系了师傅,请您稍等。", "您的地址和电话方便说一下吗?")

# How often which fault is drawn, and at whom; a part's number of desks and engines comes with the plan.
WEIGHTS: dict[Kind, int] = {
    "kill": 26,
    "stop": 16,
    "cut": 14,
    "delay": 8,
    "stall": 10,
    "lose": 12,
    "refuse": 6,
    "platform": 14,
}
PLATFORM_FAULTS = (
    "drop_before",
    "drop_after",
    "too_many",
    "server_error",
    "gateway",
    "slow",
    "repeat",
    "shuffle",
)
ON_UPDATES = ("repeat", "shuffle", "drop_after")


@dataclass(frozen=True, slots=True)
class Line:
    """What a customer says ``pause`` seconds after what was before; ``waits``: to go on after an answer."""

    text: str
    pause: float
    waits: bool


@dataclass(frozen=True, slots=True)
class Customer:
    """Somebody who comes ``arrives`` seconds after the beginning."""

    name: int
    channel: Channel
    arrives: float
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Shift:
    """An agent takes the conversation of a customer at ``at``, speaks, and hands it back or keeps it.

    ``rival`` wants it at the same moment.
    """

    agent: int
    rival: int | None
    customer: int
    at: float
    words: tuple[str, ...]
    holds: float
    keeps: bool


@dataclass(frozen=True, slots=True)
class Fault:
    """At ``at`` seconds, ``kind`` happens to ``target`` (a part, a link, or a method of the platform).

    It lasts ``seconds``; ``detail`` is the platform's way to fail.
    """

    at: float
    kind: Kind
    target: str
    seconds: float = 0.0
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """A run: who comes, who works, what breaks, in ``seconds``."""

    seed: int
    seconds: float
    desks: int
    engines: int
    customers: tuple[Customer, ...]
    shifts: tuple[Shift, ...]
    faults: tuple[Fault, ...]

    @property
    def messages(self) -> int:
        """How many messages the customers will send."""
        return sum(len(customer.lines) for customer in self.customers)


def draw(
    seed: int,
    *,
    messages: int,
    faults: int,
    seconds: float,
    desks: int = 2,
    engines: int = 2,
    agents: int = 4,
) -> Plan:
    """The plan of ``seed``: at least ``messages`` messages and ``faults`` faults within ``seconds``."""
    # Each has dice of its own: one fault more leaves the customers as they were.
    customers = tuple(_customers(random.Random(f"{seed} customers"), messages, seconds))
    return Plan(
        seed=seed,
        seconds=seconds,
        desks=desks,
        engines=engines,
        customers=customers,
        shifts=tuple(_shifts(random.Random(f"{seed} shifts"), customers, agents, seconds)),
        faults=tuple(_faults(random.Random(f"{seed} faults"), faults, seconds, desks, engines)),
    )


def _customers(dice: random.Random, messages: int, seconds: float) -> list[Customer]:
    crowd: list[Customer] = []
    while sum(len(customer.lines) for customer in crowd) < messages:
        channel: Channel = "telegram" if dice.random() < 0.5 else "web"
        arrives = dice.uniform(0, seconds * 0.8)
        crowd.append(Customer(len(crowd), channel, arrives, tuple(_lines(dice))))
    return crowd


def _lines(dice: random.Random) -> list[Line]:
    lines = [Line(dice.choice(OPENINGS).format(n=dice.randint(2, 9)), 0.0, waits=dice.random() < 0.6)]
    for _ in range(dice.randint(1, 4)):
        what = dice.random()
        if what < 0.25:
            lines += [Line(text, dice.uniform(0.02, 0.3), waits=False) for text in dice.choice(BURSTS)]
        elif what < 0.5:
            lines.append(Line(dice.choice(THREATS), dice.uniform(0.1, 2), waits=dice.random() < 0.5))
        else:
            lines.append(Line(dice.choice(FOLLOW_UPS), dice.uniform(0.1, 3), waits=dice.random() < 0.5))
    return lines


def _shifts(dice: random.Random, customers: tuple[Customer, ...], agents: int, seconds: float) -> list[Shift]:
    shifts = []
    for customer in dice.sample(customers, k=len(customers) // 3):
        agent, rival = dice.sample(range(agents), k=2)
        shifts.append(
            Shift(
                agent=agent,
                rival=rival if dice.random() < 0.4 else None,
                customer=customer.name,
                at=min(customer.arrives + dice.uniform(0.1, 6), seconds),
                words=tuple(dice.sample(AGENTS_SAY, k=dice.randint(0, 2))),
                holds=dice.uniform(0.2, 5),
                keeps=dice.random() < 0.15,
            )
        )
    return sorted(shifts, key=lambda shift: shift.at)


def _faults(dice: random.Random, number: int, seconds: float, desks: int, engines: int) -> list[Fault]:
    of_desks = [f"desk-{n}" for n in range(1, desks + 1)]
    of_engines = [f"engine-{n}" for n in range(1, engines + 1)]
    of_actions = [f"actions-{n}" for n in range(1, engines + 1)]
    parts = [*of_desks, *of_desks, *of_actions, "database", "platform", "platform", *of_engines]
    webs = [f"web-{n}" for n in range(1, desks + 1)]
    links = [*webs, *of_engines, *of_actions, "database", "database", "memory", "platform", "platform"]
    bag = list(WEIGHTS)
    found = []
    for place in range(number):
        # The first kinds come in turn, so that a short run has some of each.
        kind = bag[place] if place < len(bag) else dice.choices(bag, list(WEIGHTS.values()))[0]
        at = seconds * (place + dice.random()) / number
        found.append(_fault(dice, at, kind, parts, links))
    return found


def _fault(dice: random.Random, at: float, kind: Kind, parts: list[str], links: list[str]) -> Fault:
    match kind:
        case "kill":
            return Fault(at, kind, dice.choice(parts))
        case "stop":
            # Now and then longer than what the desk takes for death.
            return Fault(at, kind, dice.choice(parts), dice.choice((1.0, 3.0, 6.0, 14.0)))
        case "platform":
            detail = dice.choice(PLATFORM_FAULTS)
            method = "getUpdates" if detail in ON_UPDATES and dice.random() < 0.7 else "sendMessage"
            if detail in ("repeat", "shuffle"):
                method = "getUpdates"
            return Fault(at, kind, method, dice.choice((1.0, 2.0)), detail)
        case "delay":
            return Fault(at, kind, dice.choice(links), dice.choice((2.0, 5.0)), detail="0.1")
        case "lose":
            return Fault(at, kind, dice.choice(links), detail=str(dice.randint(1, 4)))
        case "cut":
            return Fault(at, kind, dice.choice(links))
        case "stall" | "refuse":
            return Fault(at, kind, dice.choice(links), dice.choice((0.5, 2.0, 5.0)))
