"""Certificates, ticket keys, and `openssl s_client` as a client."""

import os
import re
import ssl
import subprocess
from pathlib import Path

from support.waiting import DEADLINE_S

REQUEST = b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


def openssl(*arguments):
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)


class Authority:
    """Signs certificates for as many names as a test wants."""

    def __init__(self, folder, name="authority"):
        self.folder = Path(folder)
        self.certificate, self._key = self._paths(name)
        openssl("req", "-x509", *self._new_key(self._key), "-days", "2",
                "-subj", f"/CN={name}", "-out", self.certificate)

    def _paths(self, name):
        return (str(self.folder / f"{name}.pem"),
                str(self.folder / f"{name}.key"))

    @staticmethod
    def _new_key(path):
        return ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                "-nodes", "-keyout", path)

    def signed(self, name, common_name="localhost"):
        """A certificate and its key in files called `name`, for localhost."""
        certificate, key = self._paths(name)
        request = str(self.folder / f"{name}.csr")
        extensions = self.folder / f"{name}.ext"
        extensions.write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
        openssl("req", *self._new_key(key), "-subj", f"/CN={common_name}",
                "-out", request)
        openssl("x509", "-req", "-in", request, "-CA", self.certificate,
                "-CAkey", self._key, "-CAcreateserial", "-days", "2",
                "-extfile", str(extensions), "-out", certificate)
        return certificate, key

    def trusting(self, own=None):
        """A client that trusts this authority; `own` is its certificate and
        key."""
        context = ssl.create_default_context(cafile=self.certificate)
        if own:
            context.load_cert_chain(*own)
        return context


def ticket_key(path, size=80):
    """Writes a new key, all at once, as operators should."""
    fresh = Path(f"{path}.new")
    fresh.write_bytes(os.urandom(size))
    fresh.rename(path)
    return str(path)


def configuration(pair, **more):
    """HOCON for a node with this certificate and key."""
    options = {"certificate": pair[0], "key": pair[1], **more}
    lines = [f"{name.replace('_', '-')} = {quoted(value)}"
             for name, value in options.items()]
    return "\n".join(["tls {", "enabled = true", *lines, "}\n"])


def quoted(value):
    if isinstance(value, list):
        return "[" + ", ".join(map(quoted, value)) + "]"
    return f'"{value}"'


class Visit:
    """One request by `openssl s_client`, and what it says about it."""

    def __init__(self, port, *options):
        done = subprocess.run(
            ["openssl", "s_client", "-connect", f"127.0.0.1:{port}",
             "-servername", "localhost", "-ign_eof", *options],
            input=REQUEST, capture_output=True, timeout=DEADLINE_S,
            check=False)
        self.said = (done.stdout + done.stderr).decode(errors="replace")
        self.answered = "HTTP/1.1 200 OK" in self.said

    @property
    def resumed(self):
        found = re.search(r"^(New|Reused), TLSv1\.\d", self.said, re.MULTILINE)
        assert found and self.answered, self.said
        return found[1] == "Reused"

    @property
    def subject(self):
        """Of the server's certificate."""
        return re.search(r"^subject=(.*)$", self.said, re.MULTILINE)[1]
