"""What run.py was asked for; every suite reads it from here."""

from dataclasses import dataclass


@dataclass
class Settings:
    echo: str = ""  # path of rookery-echo
    node: str = ""  # path of rookery
    load: str = ""  # path of rookery-load
    sdk: str = ""  # folder of the SDK for Node; empty: where it was built last
    tls: bool = False
    deflate: bool = False
    without_io_uring: bool = False
    long: bool = False  # the second tier: full counts and sizes
    only: tuple = ()  # beginnings of case numbers


settings = Settings()
