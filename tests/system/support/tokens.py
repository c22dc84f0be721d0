"""JSON Web Tokens (RFC 7519) signed with HS256, as an application makes them."""

import base64
import hashlib
import hmac
import json
import time

SECRET = "system-tests-only-0123456789abcdef"


def _part(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def token(user, *, secret=SECRET, lasts_s=3600, **claims):
    """A token for a user; other claims as they are given."""
    claims = {"sub": user, "exp": int(time.time() + lasts_s), **claims}
    signed = ".".join(_part(json.dumps(one).encode())
                      for one in ({"alg": "HS256", "typ": "JWT"}, claims))
    mac = hmac.digest(secret.encode(), signed.encode(), hashlib.sha256)
    return f"{signed}.{_part(mac)}"
