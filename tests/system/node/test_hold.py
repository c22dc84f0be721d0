"""`hold`: a busy topic leaves in fewer sends, and nothing of it is lost."""

from support.node_test import NodeTest

PUBLISHES, READERS = 40, 5


class Hold(NodeTest):
    more = 'topics { calm { match = "calm.*", kind = topic, hold = 1s } }'

    async def sends_for(self, topic):
        """How often sockets took frames, until all readers have them all."""
        publisher = await self.speaker("ann")
        readers = await self.speakers(*(f"reader{n}" for n in range(READERS)))
        for reader in readers:
            await reader.subscribe(topic)
        before = self.node.metric("rookery_sends_total")
        for number in range(PUBLISHES):
            await publisher.reply("publish", topic=topic, data=number)
        for reader in readers:
            for number in range(PUBLISHES):
                await reader.expect("message", topic=topic, data=number)
        # Each reply is a send of its own.
        return self.node.metric("rookery_sends_total") - before - PUBLISHES

    async def test_frames_of_a_busy_topic_share_their_sends(self):
        held = await self.sends_for("calm.a")
        at_once = await self.sends_for(self.topic)
        self.assertLessEqual(held, at_once / 2)
