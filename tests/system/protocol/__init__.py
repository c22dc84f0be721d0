"""The cases of the Autobahn suite (classes 1 to 7, 9, 10, 12, 13), written
anew against an echo server: same numbers, payloads, sizes and chops. Where
Autobahn tolerates more than one outcome, only its strict one passes."""
