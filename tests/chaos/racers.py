"""Players in a race for the seats of a lobby: they keep what they asked and
what they were answered."""

import asyncio
import time

from support.crowd import SmallClient


class Player(SmallClient):
    def __init__(self, user):
        super().__init__(user)
        self.last_id, self.open = 0, {}

    def _event(self, got):
        if got["event"] == "welcome":
            self.live.set_result(True)
        elif call := self.open.pop(got.get("id"), None):
            call["answered"] = time.time()
            call["answer"] = {name: got[name] for name in
                              ("seat", "offset", "code") if name in got}
            call["done"].set_result(True)

    def connection_lost(self, error):
        super().connection_lost(error)
        for call in self.open.values():
            call["done"].set_result(False)
        self.open.clear()

    def is_there(self):
        return not self.gone.done() and not self.transport.is_closing()

    def ask(self, move, topic):
        """A call as the judge wants it, and `done`, which is false when the
        connection ended without an answer."""
        self.last_id += 1
        call = {"user": self.user, "move": move, "sent": time.time(),
                "answered": None, "answer": None,
                "done": asyncio.get_running_loop().create_future()}
        self.open[self.last_id] = call
        self._say(event=f"lobby.{move}", id=self.last_id, topic=topic)
        return call
