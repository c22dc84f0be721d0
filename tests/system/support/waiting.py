"""Waiting for conditions. No test sleeps for a time in the hope that something
has happened by then; each says what it waits for."""

import asyncio
import time

# How long anything may take before the test fails; generous, since sanitizers
# and a busy machine slow all down.
DEADLINE_S = 60.0
POLL_S = 0.002


async def until(condition, what, deadline_s=DEADLINE_S):
    """The same where others go on meanwhile; condition() is awaited."""
    end = time.monotonic() + deadline_s
    while not (value := await condition()):
        if time.monotonic() > end:
            raise AssertionError(f"not within {deadline_s:g} s: {what}")
        await asyncio.sleep(POLL_S)
    return value


def wait_until(condition, what, deadline_s=DEADLINE_S):
    """Returns the first true value of condition(), or fails with `what`."""
    end = time.monotonic() + deadline_s
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"not within {deadline_s:g} s: {what}")
        time.sleep(POLL_S)
