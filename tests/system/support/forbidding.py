#!/usr/bin/python3
"""forbidding.py CALL PROGRAM [ARG...]: runs a program under a seccomp profile,
as a container may have it, in which the system call fails with EPERM."""

import ctypes
import errno
import os
import struct
import sys

PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2
ALLOW, ERRNO = 0x7FFF0000, 0x00050000
CALLS = {"io_uring_setup": 425, "io_uring_enter": 426}  # on all machines


def instruction(code, value, if_true=0, if_false=0):
    return struct.pack("=HBBI", code, if_true, if_false, value)


def forbid(call):
    """Installs the filter (seccomp(2), classic BPF) for good."""
    steps = [
        instruction(0x20, 0),  # load the number of the call
        instruction(0x15, CALLS[call], 0, 1),  # is it this?
        instruction(0x06, ERRNO | errno.EPERM),
        instruction(0x06, ALLOW),
    ]
    code = ctypes.create_string_buffer(b"".join(steps))
    program = struct.pack("@HP", len(steps), ctypes.addressof(code))
    libc = ctypes.CDLL(None, use_errno=True)
    for step in ((PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0),
                 (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, program, 0, 0)):
        if libc.prctl(*step) != 0:
            sys.exit(f"prctl: {os.strerror(ctypes.get_errno())}")


if __name__ == "__main__":
    forbid(sys.argv[1])
    os.execv(sys.argv[2], sys.argv[2:])
