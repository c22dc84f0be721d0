"""What happens to a cluster. Each fault is over when it returns; whether all is
well again is looked at afterwards."""

import asyncio

from support.node import Node
from support.settings import settings

# Longer than cluster.failure-timeout and presence-hold together.
PAUSE_S = 6.0
LONG_PAUSE_S = 30.0


def pause_s(dice):
    return LONG_PAUSE_S if settings.long and dice.random() < 0.3 else PAUSE_S


async def kill_node(play):
    number = play.any_node()
    await asyncio.to_thread(play.cluster.end, number, Node.kill)
    await asyncio.sleep(play.dice.choice((0, 0.5, 4)))
    await asyncio.to_thread(play.cluster.start, number)


async def pause_node(play):
    node = play.cluster.nodes[play.any_node()]
    node.pause()
    await asyncio.sleep(pause_s(play.dice))
    node.resume()


async def cut_node(play):
    """Its connections to NATS end, and it gets no other."""
    way = play.ways[play.any_node()]
    way.cut()
    await asyncio.sleep(play.dice.choice((0.1, 1, pause_s(play.dice))))
    way.heal()


async def freeze_node(play):
    """Nothing passes between it and NATS, and no connection ends."""
    way = play.ways[play.any_node()]
    way.freeze()
    await asyncio.sleep(play.dice.choice((0.5, 2.5, pause_s(play.dice))))
    way.heal()


async def restart_nats(play):
    play.nats.kill()
    await asyncio.sleep(play.dice.choice((0, 1, PAUSE_S)))
    await asyncio.to_thread(play.nats.start)


async def pause_nats(play):
    """Longer than log.deadline: what was sent may be stored after its error."""
    play.nats.pause()
    await asyncio.sleep(play.dice.choice((1, PAUSE_S)))
    play.nats.resume()


async def kill_node_and_nats(play):
    """A node dies while nobody can hear of it."""
    number = play.any_node()
    play.nats.kill()
    await asyncio.to_thread(play.cluster.end, number, Node.kill)
    await asyncio.sleep(play.dice.choice((0, 1, 3)))
    await asyncio.to_thread(play.nats.start)
    await asyncio.sleep(play.dice.choice((0, 1, 4)))
    await asyncio.to_thread(play.cluster.start, number)


async def rolling_restart(play):
    for number in range(len(play.cluster.nodes)):
        await asyncio.to_thread(play.cluster.end, number)
        await asyncio.to_thread(play.cluster.start, number)


async def kill_leader(play):
    """Of three servers, the one that leads the log."""
    leader = await asyncio.to_thread(play.nats.leader_of, "log-tests")
    leader.kill()
    await asyncio.sleep(play.dice.choice((0.5, 2, PAUSE_S)))
    await asyncio.to_thread(leader.start)


OF_ONE_NATS = (kill_node, pause_node, cut_node, freeze_node, restart_nats,
               pause_nats, kill_node_and_nats, rolling_restart)
OF_THREE_NATS = (kill_leader, kill_node, pause_node)
