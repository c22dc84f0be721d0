"""Class 7: the closing handshake."""

import struct

from protocol.cases import HELLO, exchange, pattern
from protocol.utf8 import SURROGATE
from support.frames import CLOSE, TEXT, close, frame, more, ping, text

exchange("7.1.1", [text(HELLO), close(1000)], [(TEXT, HELLO)], closes=1000)
exchange("7.1.2", [close(1000), close(1000)], [], closes=1000)
exchange("7.1.3", [close(1000), ping()], [], closes=1000)
exchange("7.1.4", [close(1000), text(HELLO)], [], closes=1000)
exchange("7.1.5", [text(b"fragment1", fin=False), close(1000),
                   more(b"fragment2")], [], closes=1000)
# Autobahn leaves open what happens here. We answer what came before a close.
exchange("7.1.6", [text(pattern(256 * 1024)), text(HELLO), close(1000),
                   ping()], [(TEXT, pattern(256 * 1024)), (TEXT, HELLO)],
         closes=1000)

exchange("7.3.1", [frame(CLOSE)], [], closes=0)
exchange("7.3.2", [frame(CLOSE, b"a")], [], fails=1002)
exchange("7.3.3", [close(1000)], [], closes=1000)
exchange("7.3.4", [close(1000, b"Hello World!")], [], closes=1000)
exchange("7.3.5", [close(1000, b"*" * 123)], [], closes=1000)
exchange("7.3.6", [close(1000, b"*" * 124)], [], fails=1002)
exchange("7.5.1", [close(1000, SURROGATE)], [], fails=1007)

for at, code in enumerate((1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010,
                           1011, 3000, 3999, 4000, 4999), 1):
    exchange(f"7.7.{at}", [close(code)], [], closes=code)
for at, code in enumerate((0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999),
                          1):
    exchange(f"7.9.{at}", [frame(CLOSE, struct.pack(">H", code))], [],
             fails=1002)
# Informational in Autobahn; RFC 6455, section 7.4.2 ends with 4999.
for at, code in enumerate((5000, 65535), 1):
    exchange(f"7.13.{at}", [frame(CLOSE, struct.pack(">H", code))], [],
             fails=1002)
